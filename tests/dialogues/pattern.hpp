// Comparing what came with what a dialogue expects, where `{name}` stands for text that is remembered.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "protocol/xml/element.hpp"

namespace klassenraum::dialogues {

using Names = std::map<std::string, std::string>;

// Puts in every name that is already known.
std::string fill_in(std::string_view text, const Names& names);

// Each of them adds new names only when the whole matches, or may leave some behind when it does not.
bool matches_text(std::string_view expected, std::string_view actual, Names& names);
bool matches(const xml::Element& expected, const xml::Element& actual, Names& names);
bool matches_part(const xml::Element& expected, const xml::Element& actual, Names& names);

}  // namespace klassenraum::dialogues
