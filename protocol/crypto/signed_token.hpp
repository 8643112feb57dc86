// A payload and its HMAC-SHA256 in one printable word, "base64url(payload).base64url(mac)": what a session cookie
// holds. Whoever has the key can open it anywhere, so a login made on one worker counts on all. The payload is readable
// by whoever has the token; expiry and purpose are for the payload to say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

inline constexpr std::size_t kMaxTokenLength = 4096;  // a browser refuses longer cookies

std::string sign(ByteView key, std::string_view payload);
// The payload, if the token is whole and was signed with this key.
std::optional<std::string> open(ByteView key, std::string_view token);

}  // namespace klassenraum::crypto
