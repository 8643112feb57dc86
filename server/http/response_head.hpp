// The head of an answer as octets: status, type, length, the page's own headers, and the security headers that every
// answer carries. Header values with control characters are left out, so no page can split an answer (threats.md W4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/handler.hpp"
#include "server/http/policy.hpp"

namespace klassenraum::http {

enum class Connection : std::uint8_t { KeepAlive, Close };

// Whether the client takes gzip (RFC 9110 §12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

std::string write_response_head(
    const Response& response, const std::string* body, bool gzipped, Connection connection, const Policy& policy);

// A short answer of the listener itself, in plain text.
Response plain_response(unsigned status);

}  // namespace klassenraum::http
