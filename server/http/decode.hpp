// Percent-decoding of paths, queries, forms and cookies, once and strictly (threats.md W3): what is not valid UTF-8,
// hides a control character or climbs out of its folder is refused. Free functions on values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/head.hpp"

namespace klassenraum::http {

enum class Plus : std::uint8_t { IsPlus, IsSpace };

std::optional<std::string> percent_decode(std::string_view text, Plus plus);
// Begins with '/', no empty, "." or ".." segments (one '/' at the end is allowed), no backslash, no encoded '/'.
std::optional<std::string> decode_path(std::string_view encoded);
// application/x-www-form-urlencoded, as queries and forms use it; at most kMaxPairs.
std::optional<Fields> decode_form(std::string_view encoded);
// RFC 6265 §5.4; pairs that are no cookies are left out.
Fields decode_cookies(std::string_view header);

bool is_valid_utf8(std::string_view text);

}  // namespace klassenraum::http
