// The head of a request, read so strictly that no two readers can understand it differently (RFC 9112, threats.md W2):
// one Host, one length, CRLF line ends, no folding, no transfer coding, HTTP/1.1 only. Browsers send nothing else. A
// value; Beast would accept more, so it only sees heads that passed here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/core/result.hpp"

namespace klassenraum::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Head {
    std::string method;
    std::string target;  // origin-form, as sent
    Fields fields;       // names in lower case
    std::size_t content_length = 0;
    bool keep_alive = true;
    bool upgrade_websocket = false;

    std::string_view field(std::string_view lower_case_name) const;  // the first one, or empty
    bool has(std::string_view lower_case_name) const;
};

// The status to refuse with: 400, 405, 413, 431 or 505. The connection is closed after it.
using Refusal = unsigned;

// `text` ends with the empty line and holds nothing behind it.
Result<Head, Refusal> parse_head(std::string_view text);

// Whether a comma-separated field contains the token, without regard to case.
bool contains_token(std::string_view list, std::string_view lower_case_token);

}  // namespace klassenraum::http
