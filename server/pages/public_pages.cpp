// The pages that need neither an account nor a room: start, help, legal texts, config.js, files.
#include <array>
#include <utility>

#include "protocol/muc/slug.hpp"
#include "server/pages/app_links.hpp"
#include "server/pages/parts.hpp"

namespace klassenraum::pages {
namespace {

void plain(Call& call, const char* type, std::shared_ptr<const std::string> body, const char* cache_control) {
    call.respond(response_of(type, cache_control, std::move(body)));
}

struct TextPage {
    std::string_view path;
    std::string_view name;
    const char* title;
    const char* script = "";
};
constexpr std::array<TextPage, 3> kTextPages = {{
    {"/hilfe", "help", "Hilfe"},
    {"/test", "test", "Technik testen", "technik.js"},
    {"/geschlossen", "closed", "Der Klassenraum ist geschlossen"},
}};

// A room's name typed on the start page.
void enter(Site::Parts& parts, Call& call) {
    std::string typed = call.query("raum");
    // Whole links are typed and pasted as well.
    if (const std::size_t slash = typed.rfind('/'); slash != typed.npos) typed.erase(0, slash + 1);
    const std::string slug = muc::fold_room_name(typed);
    parts.redirect(call, "/" + slug);
}

void app_page(Site::Parts& parts, Call& call) {
    View view = site_view(parts.settings);
    const std::string slug = muc::fold_room_name(call.query("raum"));
    if (!slug.empty()) view.set("slug", slug);
    parts.answer(call, {.name = "app", .title = "Mit Handy oder Tablet", .view = std::move(view)});
}

// For printing: it has no form, so nothing can be sent or kept (product.md C40).
void application_page(Site::Parts& parts, Call& call) {
    View view = site_view(parts.settings);
    view.set("origin", parts.settings.public_origin);
    call.language = Language::German;
    parts.answer(call, {.name = "application", .title = "Antrag", .view = std::move(view), .script = "pages.js"});
}

// The operator's texts are German, whatever the visitor's language.
bool text_page(Site::Parts& parts, Call& call) {
    const Text* const text = parts.texts.find(call.request.path.substr(1));
    if (text == nullptr) return false;
    View view;
    view.set("text", text->html).set("printable", true);
    call.language = Language::German;
    Page page{.name = "text", .title = text->title, .view = std::move(view), .script = "pages.js"};
    if (call.session && call.request.path == "/nutzungsbedingungen" && !parts.has_seen_terms(call)) {
        page.set_cookie = std::string(kTermsCookie) + "=" + parts.terms_in_force() +
                          "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000";
    }
    parts.answer(call, std::move(page));
    return true;
}

bool files(Site::Parts& parts, Call& call) {
    const std::string& path = call.request.path;
    if (path == "/config.js") {
        plain(call, "application/javascript; charset=utf-8", parts.config_js, "no-store");
    } else if (path == "/_unlock") {
        // Clients in a lesson come by every minute or two: the teacher's session lives on with it.
        http::Response response =
            response_of("text/plain; charset=utf-8", "no-store", std::make_shared<const std::string>("ok\n"));
        if (call.session && parts.sessions.is_stale(*call.session, parts.now())) {
            response.headers.emplace_back("Set-Cookie", parts.sessions.renew(*call.session, parts.now()));
        }
        call.respond(std::move(response));
    } else if (path == "/.well-known/assetlinks.json" && !parts.settings.android_package.empty()) {
        plain(call, "application/json", asset_links(parts.settings), "max-age=3600");
    } else if (path == "/.well-known/apple-app-site-association" && !parts.settings.ios_app_id.empty()) {
        plain(call, "application/json", app_site_association(parts.settings), "max-age=3600");
    } else if (path == "/robots.txt") {
        plain(call, "text/plain; charset=utf-8", std::make_shared<const std::string>("User-agent: *\nDisallow: /\n"),
              "max-age=86400");
    } else if (path == "/favicon.ico" || path == "/favicon.svg") {
        call.respond(parts.assets.serve_named("icon.svg"));
    } else if (auto asset = parts.assets.serve(path)) {
        call.respond(std::move(*asset));
    } else if (auto file = parts.web_root.serve(path, !call.query("v").empty())) {
        call.respond(std::move(*file));
    } else {
        return false;
    }
    return true;
}

}  // namespace

bool public_pages(Site::Parts& parts, Call& call) {
    const std::string& path = call.request.path;
    if (call.is_post()) return false;
    if (path == "/") {
        parts.answer(call, {.name = "start", .title = "Klassenraum", .view = site_view(parts.settings)});
        return true;
    }
    if (path == "/eintreten") {
        enter(parts, call);
        return true;
    }
    if (path == "/app") {
        app_page(parts, call);
        return true;
    }
    if (path == "/antrag") {
        application_page(parts, call);
        return true;
    }
    if (text_page(parts, call)) return true;
    for (const TextPage& page : kTextPages) {
        if (path != page.path) continue;
        parts.answer(
            call, {.name = page.name, .title = page.title, .view = site_view(parts.settings), .script = page.script});
        return true;
    }
    return files(parts, call);
}

}  // namespace klassenraum::pages
