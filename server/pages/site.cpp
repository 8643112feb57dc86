#include "server/pages/site.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/secret.hpp"
#include "server/pages/client_config.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/offer.hpp"
#include "server/pages/parts.hpp"

namespace klassenraum::pages {
namespace {

std::string_view value_of(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

// The steady parts of each page around what its own template says.
View frame_of(const Site::Parts& parts, const Call& call, const Page& page, std::string content) {
    View frame;
    frame.set("title", parts.phrase(call, page.title)).set("content", std::move(content));
    frame.set("lang", call.language == Language::English ? "en" : "de");
    frame.set("style", parts.assets.address_of("pages.css")).set("icon", parts.assets.address_of("icon.svg"));
    frame.set("operator", parts.settings.operator_name);
    if (!page.script.empty()) frame.set("script", parts.assets.address_of(page.script));
    if (page.refresh_s != 0) frame.set("refresh", std::to_string(page.refresh_s));
    if (call.session) frame.set("account", call.session->account);
    const std::string notice = offer_notice(parts.settings, parts.now());
    if (!notice.empty()) frame.set("notice", notice);
    // Where a teacher arrives after the login, not beside a lesson.
    const bool arrives = page.name == "create" || page.name == "rooms";
    if (call.session && arrives && !parts.has_seen_terms(call)) frame.set("new_terms", true);
    return frame;
}

}  // namespace

bool Call::has_form_field(std::string_view name) const {
    return std::any_of(request.form.begin(), request.form.end(),
                       [name](const auto& field) { return field.first == name; });
}

std::string Call::form(std::string_view name) const {
    return std::string(value_of(request.form, name));
}

std::string Call::query(std::string_view name) const {
    return std::string(value_of(request.query, name));
}

bool Call::is_phone() const {
    constexpr std::array<std::string_view, 3> kPhones = {"Android", "iPhone", "iPad"};
    return std::any_of(kPhones.begin(), kPhones.end(),
                       [this](std::string_view word) { return request.user_agent.find(word) != std::string::npos; });
}

View site_view(const Settings& settings) {
    View view;
    const auto set = [&view](const char* name, const std::string& value) {
        if (!value.empty()) view.set(name, value);
    };
    set("operator", settings.operator_name);
    set("app_name", settings.app_name);
    set("app_centre", settings.app_centre);
    set("offer_url", settings.offer_url);
    set("mail", settings.admin_mail);
    std::vector<View> lines;
    for (const std::string& line : settings.address) lines.push_back(View().set("line", line));
    if (!lines.empty()) view.set("has_address", true).set("address", std::move(lines));
    return view;
}

http::Response response_of(const char* content_type,
                           const char* cache_control,
                           std::shared_ptr<const std::string> body) {
    http::Response response{};
    response.content_type = content_type;
    response.headers.emplace_back("Cache-Control", cache_control);
    response.body = std::move(body);
    return response;
}

std::string title_in(std::string_view slug, std::string_view account) {
    if (slug.size() > account.size()) slug.remove_prefix(account.size() + 1);
    const std::size_t dash = slug.rfind('-');
    return std::string(dash == slug.npos ? slug : slug.substr(0, dash));
}

std::string_view behind(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string_view{};
}

Site::Parts::Parts(Settings given_settings, Surroundings given_surroundings)
    : settings(std::move(given_settings)),
      surroundings(std::move(given_surroundings)),
      sessions(settings.session_key, settings.session_minutes, surroundings.entropy),
      throttle(surroundings.clock, surroundings.after),
      web_root(settings.web_root),
      texts(settings),
      config_js(std::make_shared<const std::string>(pages::config_js(settings, ConfigReader::Anyone))) {}

void Site::Parts::answer(Call& call, Page page) {
    std::string content = templates.render(page.name, page.view, call.language);
    http::Response response;
    response.status = page.status;
    response.framable = page.framing == Framing::Anyone;
    response.headers.emplace_back("Cache-Control", "no-store");
    if (!page.set_cookie.empty()) {
        response.headers.emplace_back("Set-Cookie", page.set_cookie);
    } else if (call.session && sessions.is_stale(*call.session, now())) {
        response.headers.emplace_back("Set-Cookie", sessions.renew(*call.session, now()));
    }
    response.body = std::make_shared<const std::string>(
        templates.render("frame", frame_of(*this, call, page, std::move(content)), call.language));
    call.respond(std::move(response));
}

void Site::Parts::redirect(Call& call, const std::string& path, unsigned status, const std::string& set_cookie) {
    http::Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.headers = {{"Location", path}, {"Cache-Control", "no-store"}};
    if (!set_cookie.empty()) response.headers.emplace_back("Set-Cookie", set_cookie);
    call.respond(std::move(response));
}

std::string Site::Parts::terms_in_force() const {
    const Text* const terms = texts.find("nutzungsbedingungen");
    if (terms == nullptr) return {};
    constexpr std::size_t kOctets = 8;
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(terms->html.data());
    const auto digest = crypto::sha256({octets, terms->html.size()});
    std::string digits;
    for (std::size_t i = 0; i < kOctets; ++i) {
        digits += "0123456789abcdef"[digest.at(i) >> 4U];
        digits += "0123456789abcdef"[digest.at(i) & 15U];
    }
    return digits;
}

bool Site::Parts::has_seen_terms(const Call& call) const {
    const std::string version = terms_in_force();
    return version.empty() ||
           std::any_of(call.request.cookies.begin(), call.request.cookies.end(),
                       [&](const auto& one) { return one.first == kTermsCookie && one.second == version; });
}

std::string Site::Parts::phrase(const Call& call, std::string_view german) const {
    return templates.phrase(german, call.language);
}

void Site::Parts::say(Call& call, unsigned status, const std::string& heading, const std::string& sentence) {
    View view;
    view.set("heading", phrase(call, heading)).set("sentence", phrase(call, sentence));
    answer(call, {.name = "message", .title = heading, .view = std::move(view), .status = status});
}

void Site::Parts::not_found(Call& call) {
    say(call, 404, "Diese Seite gibt es nicht",
        "Vielleicht hat sich ein Tippfehler eingeschlichen. Prüfen Sie die Adresse.");
}

bool Site::Parts::has_login(Call& call, const std::string& target) {
    if (call.session) return true;
    redirect(call, "/anmelden?ziel=" + target);
    return false;
}

Site::Site(Settings settings, Surroundings surroundings)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(surroundings))) {}

Site::~Site() = default;

void Site::handle(http::Request request, http::Responder respond) {
    Call call{.request = std::move(request), .respond = std::move(respond)};
    call.language = language_of(call.request.accept_language);
    call.session = parts_->sessions.find(call.request.cookies, parts_->now());
    if (call.is_post() && !call.request.same_origin) {
        parts_->say(call, 403, "Nicht erlaubt",
                    "Diese Eingabe kam von einer fremden Seite und wurde nicht angenommen.");
    } else if (!public_pages(*parts_, call) && !login_pages(*parts_, call) && !account_pages(*parts_, call) &&
               !room_pages(*parts_, call) && !control_pages(*parts_, call) && !classroom_pages(*parts_, call)) {
        parts_->not_found(call);
    }
    // Passwords that were typed do not stay in freed memory (decisions.md 14).
    for (auto& field : call.request.form) crypto::wipe(field.second);
}

std::optional<std::string> Site::account_of(const std::vector<std::pair<std::string, std::string>>& cookies) {
    const auto session = parts_->sessions.find(cookies, parts_->now());
    if (!session) return std::nullopt;
    return session->account;
}

void Site::reconfigure(Settings settings) {
    settings.session_key = std::move(parts_->settings.session_key);
    parts_->settings = std::move(settings);
    parts_->sessions.set_minutes(parts_->settings.session_minutes);
    parts_->web_root = WebRoot(parts_->settings.web_root);
    parts_->texts = Texts(parts_->settings);
    parts_->config_js = std::make_shared<const std::string>(pages::config_js(parts_->settings, ConfigReader::Anyone));
}

void Site::know_accounts(const std::vector<accounts::Account>& accounts) {
    parts_->sessions.know(accounts);
}

std::vector<std::string> Site::texts_with_blanks() const {
    return parts_->texts.with_blanks();
}

void Site::end_sessions_of(const std::string& account) {
    parts_->sessions.end_all_of(account, parts_->now());
}

}  // namespace klassenraum::pages
