// Reads one complete XML element, the subset that RFC 6120 §11 allows: no document type, no entities beyond the five,
// no processing instructions or comments, UTF-8 only. RFC 7395 §3.3: a message is exactly one element and starts with
// `<`.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/core/result.hpp"
#include "protocol/xml/element.hpp"
#include "protocol/xml/limits.hpp"

namespace klassenraum::xml {

enum class ParseError : std::uint8_t {
    NotWellFormed,  // including bad UTF-8, more or less than one element, unbound prefixes
    Restricted,     // a construct that RFC 6120 §11.1 forbids
    TooLarge,       // one of the bounds in xml/limits.hpp
    Namespace,  // what our Element cannot say: xmlns="", elements of xml:, attributes with another prefix than xml:lang
};

Result<Element, ParseError> parse(std::string_view document, std::size_t longest = kMaxDocument);

}  // namespace klassenraum::xml
