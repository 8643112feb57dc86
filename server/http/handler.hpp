// The seam between the HTTPS listener and the pages: a whole, already bounded request goes in, one response comes out,
// now or later. Everything here lives on the front thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klassenraum::http {

struct Request {
    std::string method;  // "GET", "HEAD" or "POST"; others were refused with 405
    std::string path;    // percent-decoded once, valid UTF-8, no dot segments, begins with '/'
    std::vector<std::pair<std::string, std::string>> query;  // decoded
    std::vector<std::pair<std::string, std::string>> form;   // decoded application/x-www-form-urlencoded body
    std::vector<std::pair<std::string, std::string>> cookies;
    std::string accept_language;
    std::string user_agent;   // for choosing the phone page only; never stored
    bool same_origin = true;  // Origin is absent or our own; POSTs from elsewhere were refused with 403

    // The first value of that name, or an empty view.
    static std::string_view find(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view name);
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/html; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers;  // further ones: Location, Set-Cookie, Cache-Control …
    std::shared_ptr<const std::string> body;                   // null: empty
    std::shared_ptr<const std::string> gzip_body;              // used instead when the client accepts it
    bool jitsi_policy = false;  // the wider Content-Security-Policy that Jitsi Meet's own page needs; implies framable
    bool framable = false;      // room pages may be framed by anyone, login, account and control pages by nobody
};

using Responder = std::function<void(Response)>;  // call exactly once, on the front thread

class Handler {
public:
    virtual ~Handler() = default;
    virtual void handle(Request request, Responder respond) = 0;
    // The account of a valid session cookie, for the same-origin XMPP WebSocket.
    virtual std::optional<std::string> account_of(const std::vector<std::pair<std::string, std::string>>& cookies) = 0;
};

}  // namespace klassenraum::http
