// Base 64 with padding (RFC 4648 §4) for SASL and XEP-0115, and the URL-safe alphabet without padding (§5) for tokens.
// Decoding is strict: other characters, wrong padding and stray bits are refused, so each value has one spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

std::string base64(ByteView bytes);
std::string base64url(ByteView bytes);

// The decoded octets as a string, since what SASL and tokens carry is text.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace klassenraum::crypto
