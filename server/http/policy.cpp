#include "server/http/policy.hpp"

#include <algorithm>

namespace klassenraum::http {
namespace {

bool equals_ignoring_case(std::string_view left, std::string_view lower_case) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
    return std::equal(left.begin(), left.end(), lower_case.begin(), lower_case.end(), same);
}

bool is_loopback_origin(std::string_view origin) {
    for (const std::string_view base : {"http://localhost", "http://127.0.0.1", "http://[::1]", "https://localhost",
                                        "https://127.0.0.1", "https://[::1]"}) {
        if (!origin.starts_with(base)) continue;
        const std::string_view rest = origin.substr(base.size());
        const bool only_port =
            rest.empty() || (rest.size() <= 6 && rest.front() == ':' &&
                             std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; }));
        if (only_port) return true;
    }
    return false;
}

// Safari before 15.4 does not count WebSockets of the same host as 'self'.
std::string connect_sources(const Policy& policy) {
    std::string sources = "connect-src 'self'";
    for (const std::string& host : policy.hosts) {
        // CSP 3 §2.3.1 knows no IPv6 address; Chromium complains of one on every page.
        if (!host.starts_with('[')) sources.append(" wss://").append(host);
    }
    return sources;
}

}  // namespace

bool Policy::is_own_host(std::string_view host) const {
    return std::any_of(hosts.begin(), hosts.end(), [&](const auto& own) { return equals_ignoring_case(host, own); });
}

Origin Policy::origin_of(std::string_view origin) const {
    static constexpr std::string_view kScheme = "https://";
    if (origin.empty()) return Origin::Absent;
    if (origin.starts_with(kScheme) && is_own_host(origin.substr(kScheme.size()))) return Origin::Own;
    if (std::find(app_origins.begin(), app_origins.end(), origin) != app_origins.end()) return Origin::KnownApp;
    return development && is_loopback_origin(origin) ? Origin::KnownApp : Origin::Foreign;
}

std::string security_headers(const Policy& policy, Page page) {
    std::string headers = "Content-Security-Policy: default-src 'self'; object-src 'none'; ";
    if (page == Page::Jitsi) {
        headers +=
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
            "font-src 'self' data:; worker-src 'self' blob:; base-uri 'self'; form-action 'self'; ";
        headers += connect_sources(policy) + " data: blob:";
    } else {
        headers +=
            "img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; base-uri 'none'; form-action "
            "'self'; ";
        headers += connect_sources(policy);
    }
    // Classrooms are embedded by Moodle and by Jitsi's desktop app; forms with secrets by nobody.
    if (page == Page::Private) headers += "; frame-ancestors 'none'\r\nX-Frame-Options: DENY";
    headers +=
        "\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nX-Robots-Tag: noindex, nofollow\r\n"
        "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self), geolocation=(), "
        "payment=(), usb=(), browsing-topics=()\r\n";
    if (!policy.development) headers += "Strict-Transport-Security: max-age=31536000\r\n";
    return headers;
}

}  // namespace klassenraum::http
