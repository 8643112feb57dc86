// What the Site is made of and how its pages answer; only seen by the .cpp files of this folder. A group of pages is a
// file of functions, each of which answers one request exactly once, at once or when the gateway has spoken.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/handler.hpp"
#include "server/pages/assets.hpp"
#include "server/pages/endings.hpp"
#include "server/pages/login_throttle.hpp"
#include "server/pages/session.hpp"
#include "server/pages/site.hpp"
#include "server/pages/texts.hpp"
#include "server/pages/view.hpp"
#include "server/pages/web_root.hpp"

namespace klassenraum::pages {

struct Call {
    http::Request request{};
    http::Responder respond{};
    std::optional<Session> session{};
    Language language = Language::German;

    bool is_post() const { return request.method == "POST"; }
    bool has_form_field(std::string_view name) const;
    std::string form(std::string_view name) const;
    std::string query(std::string_view name) const;
    bool is_phone() const;
};

// Says which terms of use this browser has shown to a teacher.
inline constexpr const char* kTermsCookie = "__Host-bedingungen";

enum class Framing : std::uint8_t { Nobody, Anyone };

struct Page {
    std::string_view name;  // of the template
    std::string title;
    View view;
    unsigned status = 200;
    Framing framing = Framing::Nobody;
    std::string script{};      // name of an asset; empty: none
    unsigned refresh_s = 0;    // for browsers without script; 0: never
    std::string set_cookie{};  // instead of the session's renewal
};

struct Site::Parts {
    Parts(Settings given_settings, Surroundings given_surroundings);

    void answer(Call& call, Page page);
    void redirect(Call& call, const std::string& path, unsigned status = 303, const std::string& set_cookie = {});
    // Which terms of use are in force, as a few digits of their text; empty: none. A browser that has shown them to a
    // teacher keeps that in a cookie, since nothing about it is stored here (product.md C39).
    std::string terms_in_force() const;
    bool has_seen_terms(const Call& call) const;
    // A German phrase of ours in the visitor's language.
    std::string phrase(const Call& call, std::string_view german) const;
    // German sentence on a page of its own.
    void say(Call& call, unsigned status, const std::string& heading, const std::string& sentence);
    void not_found(Call& call);
    // True when the call has a session; else the browser was sent to the login page, to come back to `target`.
    bool has_login(Call& call, const std::string& target);
    WallTime now() const { return surroundings.wall_clock(); }

    Settings settings;
    Surroundings surroundings;
    Assets assets;
    Templates templates;
    Sessions sessions;
    LoginThrottle throttle;
    WebRoot web_root;
    Texts texts;
    Endings endings;
    std::shared_ptr<const std::string> config_js;
};

// Each: true when the path is one of theirs and the call was answered or will be.
bool public_pages(Site::Parts& parts, Call& call);
bool login_pages(Site::Parts& parts, Call& call);
bool account_pages(Site::Parts& parts, Call& call);
bool room_pages(Site::Parts& parts, Call& call);
bool control_pages(Site::Parts& parts, Call& call);
// The waiting page or the classroom for a room's name; the last resort of every path of one segment.
bool classroom_pages(Site::Parts& parts, Call& call);

// Who runs the service and which app it is used with; what is not configured is left out.
View site_view(const Settings& settings);

// A bare answer; the body may come later.
http::Response response_of(const char* content_type,
                           const char* cache_control,
                           std::shared_ptr<const std::string> body);

// What a room's name says of its title: "mathe-7b" of "amsel-27-mathe-7b-k3fq".
std::string title_in(std::string_view slug, std::string_view account);

// The value behind a path's first part: "/einladung/amsel-27-…" after "/einladung/"; empty when it is another path.
std::string_view behind(std::string_view path, std::string_view prefix);

}  // namespace klassenraum::pages
