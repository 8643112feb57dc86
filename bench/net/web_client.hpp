// The little HTTP that a bench needs before and beside a run: a login, a form, a page of numbers. It waits for the
// answer, so it is never used by a generator's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/net/tls_stream.hpp"

namespace klassenraum::bench {

struct Url {
    bool secure = true;
    std::string host;  // without port
    std::uint16_t port = 443;
    std::string path = "/";

    std::string authority() const;
    std::string origin() const;
};
std::optional<Url> parse_url(std::string_view text);

struct WebAnswer {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
    std::string body;

    std::string_view field(std::string_view name) const;
};

struct WebRequest {
    std::string method = "GET";
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::string body = {};
};

// Throws Complaint when nobody answers within 30 s.
WebAnswer ask(const TlsClientContext& context, const Url& server, const WebRequest& request);
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace klassenraum::bench
