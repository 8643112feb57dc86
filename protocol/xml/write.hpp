// Writes an element as text. A literal xmlns attribute stands on every element whose namespace is not its parent's,
// never a prefix: Jitsi clients compare that attribute (and their mobile DOM knows nothing else).
#pragma once

#include <string>
#include <string_view>

#include "protocol/xml/element.hpp"

namespace klassenraum::xml {

// An element of no namespace is written as one of its parent's. Octets that XML cannot carry become U+FFFD.
std::string write(const Element& element, std::string_view parent_xmlns = "");

// `text` with the five characters and line ends escaped, for use as content or inside double quotes.
std::string escape(std::string_view text);

}  // namespace klassenraum::xml
