// Who may ask us, and what browsers are told with every answer: the Host rule, the Origin rule (threats.md W5) and the
// security headers (W8, decisions.md 15). A value made from the settings, read by all connections.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::http {

enum class Origin : std::uint8_t { Absent, Own, KnownApp, Foreign };

struct Policy {
    std::vector<std::string> hosts;        // as browsers write them in Host, lower case: "localhost:8443"
    std::vector<std::string> app_origins;  // further origins whose WebSockets are welcome, without any cookie
    bool development = false;              // loopback only: no HSTS, WebSockets from pages of any loopback origin

    bool is_own_host(std::string_view host) const;
    Origin origin_of(std::string_view origin) const;
};

enum class Page : std::uint8_t { Private, Framable, Jitsi };

// Lines that end with CRLF.
std::string security_headers(const Policy& policy, Page page);

}  // namespace klassenraum::http
