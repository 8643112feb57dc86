// Where a request goes: to the pages, to a WebSocket of the XMPP service or of the bridge channel, or nowhere. Pure, so
// that the table of requests can be tested without a socket.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "server/http/handler.hpp"
#include "server/http/head.hpp"
#include "server/http/policy.hpp"

namespace klassenraum::http {

struct ToPages {
    Request request;
};
struct ToXmpp {  // RFC 7395
    std::string room_hint;
    bool cookies_count = false;  // the Origin is our own
};
struct ToChannel {  // jitsi-media.md §1.2
    std::string worker;
    std::string conference;
    std::string endpoint;
    std::string password;
};
struct ToKeepAlive {};  // what config.js names as websocketKeepAliveUrl
struct Refused {
    unsigned status = 400;
};
using Route = std::variant<ToPages, ToXmpp, ToChannel, ToKeepAlive, Refused>;

// `body` is whole.
Route route(const Head& head, std::string_view body, const Policy& policy);

}  // namespace klassenraum::http
