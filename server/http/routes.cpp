#include "server/http/routes.hpp"

#include <utility>

#include "server/http/decode.hpp"

namespace klassenraum::http {
namespace {

constexpr std::string_view kXmppPath = "/xmpp-websocket";
constexpr std::string_view kChannelPath = "/colibri-ws/";

Route xmpp_route(const Head& head, const Fields& query, const Policy& policy) {
    const Origin origin = policy.origin_of(head.field("origin"));
    if (origin == Origin::Foreign) return Refused{403};
    // RFC 7395 §3.1: the client offers the subprotocol, and browsers insist on our choosing it.
    if (!contains_token(head.field("sec-websocket-protocol"), "xmpp")) return Refused{400};
    return ToXmpp{.room_hint = std::string(Request::find(query, "room")), .cookies_count = origin == Origin::Own};
}

Route channel_route(std::string_view path, const Head& head, const Fields& query, const Policy& policy) {
    if (policy.origin_of(head.field("origin")) == Origin::Foreign) return Refused{403};
    path.remove_prefix(kChannelPath.size());
    const auto first = path.find('/');
    const auto second = first == std::string_view::npos ? first : path.find('/', first + 1);
    if (second == std::string_view::npos || path.find('/', second + 1) != std::string_view::npos) return Refused{404};
    return ToChannel{.worker = std::string(path.substr(0, first)),
                     .conference = std::string(path.substr(first + 1, second - first - 1)),
                     .endpoint = std::string(path.substr(second + 1)),
                     .password = std::string(Request::find(query, "pwd"))};
}

// A form of a page with Referrer-Policy: no-referrer comes with "Origin: null" even to its own host (Fetch §3.2,
// Chromium and Firefox, 2026); Sec-Fetch-Site, which no page can set, tells it from a stranger's.
bool is_same_origin(const Head& head, const Policy& policy) {
    const std::string_view text = head.field("origin");
    if (text == "null") return head.field("sec-fetch-site") == "same-origin";
    const Origin origin = policy.origin_of(text);
    return origin == Origin::Own || origin == Origin::Absent;
}

bool is_form(std::string_view content_type) {
    static constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    return content_type == kForm ||
           (content_type.starts_with(kForm) && content_type.substr(kForm.size()).starts_with(";"));
}

}  // namespace

std::string_view Request::find(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view name) {
    for (const auto& [field, value] : fields) {
        if (field == name) return value;
    }
    return {};
}

Route route(const Head& head, std::string_view body, const Policy& policy) {
    if (!policy.is_own_host(head.field("host"))) return Refused{421};
    const std::string_view target = head.target;
    const auto question = target.find('?');
    auto path = decode_path(target.substr(0, question));
    auto query = decode_form(question == std::string_view::npos ? std::string_view{} : target.substr(question + 1));
    if (!path || !query) return Refused{400};

    const bool is_socket_path = *path == kXmppPath || path->starts_with(kChannelPath);
    if (head.upgrade_websocket && head.method == "GET" && head.content_length == 0) {
        if (*path == kXmppPath) return xmpp_route(head, *query, policy);
        if (path->starts_with(kChannelPath)) return channel_route(*path, head, *query, policy);
        return Refused{404};
    }
    if (is_socket_path) return Refused{426};
    if (*path == "/_unlock" && head.method != "POST") return ToKeepAlive{};

    Request request;
    request.method = head.method;
    request.path = std::move(*path);
    request.query = std::move(*query);
    request.same_origin = is_same_origin(head, policy);
    if (head.method == "POST") {
        // A form of another site must not act with our visitor's cookie.
        if (!request.same_origin) return Refused{403};
        if (!body.empty() && !is_form(head.field("content-type"))) return Refused{415};
        auto form = decode_form(body);
        if (!form) return Refused{400};
        request.form = std::move(*form);
    }
    request.cookies = decode_cookies(head.field("cookie"));
    request.accept_language = head.field("accept-language");
    request.user_agent = head.field("user-agent");
    return ToPages{std::move(request)};
}

}  // namespace klassenraum::http
