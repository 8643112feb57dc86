// The room's own address: the waiting page while it is closed, the classroom when it is open or the visitor owns it,
// and one canonical spelling (decisions.md 2). Unknown, planned, ended and foreign rooms all look the same (threats.md
// M12).
#include <algorithm>
#include <array>
#include <utility>

#include "protocol/muc/slug.hpp"
#include "server/pages/client_config.hpp"
#include "server/pages/parts.hpp"

namespace klassenraum::pages {
namespace {

constexpr unsigned kRefresh_s = 15;

void ask_whether_open(Site::Parts& parts, const std::string& slug, std::function<void(bool)> done) {
    parts.surroundings.gateway.ask(
        focus::QueryRoom{.request = {}, .slug = slug},
        [done = std::move(done)](const focus::RoomAnswer& answer) { done(answer.state == focus::RoomState::Open); });
}

void show_waiting(Site::Parts& parts, Call& call, const std::string& slug) {
    View view = site_view(parts.settings);
    view.set("slug", slug).set("phone", call.is_phone());
    view.set("teacher", !call.session.has_value());
    parts.answer(call, {.name = "waiting",
                        .title = "Gleich geht es los",
                        .view = std::move(view),
                        .framing = Framing::Anyone,
                        .script = "waiting.js",
                        .refresh_s = kRefresh_s});
}

void show_phone_choice(Site::Parts& parts, Call& call, const std::string& slug) {
    View view = site_view(parts.settings);
    view.set("slug", slug).set("in_room", true);
    parts.answer(call,
                 {.name = "app", .title = "In den Klassenraum", .view = std::move(view), .framing = Framing::Anyone});
}

void show_classroom(Site::Parts& parts, Call& call) {
    http::Response response = response_of("text/html; charset=utf-8", "no-store", nullptr);
    response.framable = true;
    if (call.session && parts.sessions.is_stale(*call.session, parts.now())) {
        response.headers.emplace_back("Set-Cookie", parts.sessions.renew(*call.session, parts.now()));
    }
    if (parts.web_root.is_configured()) {
        response.body = parts.web_root.index(config_js(parts.settings, ConfigReader::OurJitsiPage));
        response.jitsi_policy = true;
    } else {
        response.body = parts.assets.classroom(call.language == Language::English);
    }
    if (response.body == nullptr) {
        parts.say(call, 503, "Der Klassenraum fehlt",
                  "Auf diesem Server liegen die Dateien des Klassenraums nicht. Bitte sagen Sie es dem Betreiber.");
        return;
    }
    call.respond(std::move(response));
}

void show_room(Site::Parts& parts, Call& call, const std::string& slug) {
    if (call.session && muc::is_of_account(slug, call.session->account)) {
        show_classroom(parts, call);
        return;
    }
    ask_whether_open(parts, slug, [&parts, call, slug](bool open) mutable {
        if (!open) {
            show_waiting(parts, call, slug);
        } else if (call.is_phone() && call.query("im") != "browser") {
            show_phone_choice(parts, call, slug);
        } else {
            show_classroom(parts, call);
        }
    });
}

void answer_status(Call& call, bool open) {
    call.respond(response_of("application/json", "no-store",
                             std::make_shared<const std::string>(open ? "{\"open\":true}" : "{\"open\":false}")));
}

// Addresses that programs try on every server; no room is typed like that.
bool looks_like_a_file(std::string_view name) {
    constexpr std::array<std::string_view, 14> kEndings = {".php", ".html", ".htm",  ".js",  ".css", ".txt", ".xml",
                                                           ".ico", ".png",  ".json", ".map", ".asp", ".env", ".cgi"};
    return name.starts_with('.') || std::any_of(kEndings.begin(), kEndings.end(),
                                                [name](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

bool classroom_pages(Site::Parts& parts, Call& call) {
    if (call.is_post()) return false;
    const std::string_view path = call.request.path;
    if (std::string_view status = behind(path, "/raum/"); status.ends_with("/status")) {
        status.remove_suffix(std::string_view("/status").size());
        ask_whether_open(parts, muc::fold_room_name(status), [call](bool open) mutable { answer_status(call, open); });
        return true;
    }
    const std::string_view name = path.substr(1);
    if (name.empty() || name.find('/') != name.npos || looks_like_a_file(name)) return false;
    const std::string slug = muc::fold_room_name(name);
    if (slug.empty()) return false;
    if (slug == name) {
        show_room(parts, call, slug);
    } else {
        parts.redirect(call, "/" + slug, 308);
    }
    return true;
}

}  // namespace klassenraum::pages
