// SASL PLAIN (RFC 4616): one message with an authorization identity, a name and a password. What a password is worth is
// decided elsewhere; here only its form is checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/core/result.hpp"

namespace klassenraum::sasl {

// RFC 4616 §2 asks receivers to take at least 255 octets of each.
inline constexpr std::size_t kMaxName = 255;
inline constexpr std::size_t kMaxPassword = 1023;

struct PlainMessage {
    std::string authorization;  // usually empty or the bare JID
    std::string name;
    std::string password;
};

// RFC 6120 §6.5 names for what can be wrong with an initial response.
enum class ResponseError : std::uint8_t { IncorrectEncoding, MalformedRequest };

Result<PlainMessage, ResponseError> parse_plain(std::string_view message);

// The text of <auth/> or <response/>: base 64, where "=" stands for an empty message (RFC 6120 §6.4.2).
Result<std::string, ResponseError> decode_response(std::string_view text);

// Whether the authorization identity may be ignored: empty, the name itself, or `name@domain`. Any other would ask to
// act as somebody else.
bool authorizes_itself(const PlainMessage& message, std::string_view domain);

// The name without the domain that was opened: some clients send the whole address.
std::string_view account_of(const PlainMessage& message, std::string_view domain);

}  // namespace klassenraum::sasl
