// Logging in and out (product.md 5.1, step 2).
#include <utility>

#include "config/accounts/store.hpp"
#include "protocol/muc/slug.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/parts.hpp"

namespace klassenraum::pages {
namespace {

constexpr char kWrong[] = "Account oder Passwort stimmt nicht. Achten Sie auf Groß- und Kleinschreibung.";
constexpr char kBusy[] = "Gerade melden sich sehr viele an. Bitte versuchen Sie es in einigen Sekunden noch einmal.";
constexpr char kUnavailable[] =
    "Die Anmeldung geht gerade nicht. Laufender Unterricht ist nicht betroffen. Bitte versuchen Sie es in einigen "
    "Minuten "
    "noch einmal.";
constexpr char kLocked[] = "Dieser Account ist gesperrt. Bitte wenden Sie sich an das KMZ.";
constexpr char kDefaultTarget[] = "/anlegen";

// Where to go after the login: a page of ours or a room, never anything else that a link might say.
std::string safe_target(const std::string& wanted) {
    if (wanted == "/raeume" || wanted == "/passwort" || wanted == kDefaultTarget) return wanted;
    if (wanted.size() < 2 || wanted.front() != '/') return kDefaultTarget;
    constexpr std::string_view kControl = "/steuern/";
    const std::size_t name = wanted.starts_with(kControl) ? kControl.size() : 1;
    const std::string slug = muc::fold_room_name(wanted.substr(name));
    return !slug.empty() && slug == wanted.substr(name) ? wanted : kDefaultTarget;
}

void show_login(Site::Parts& parts, Call& call, unsigned status, const char* error) {
    View view;
    const bool shared = call.is_post() ? call.has_form_field("gemeinsam") : parts.settings.shared_device_default;
    view.set("target", safe_target(call.is_post() ? call.form("ziel") : call.query("ziel"))).set("shared", shared);
    view.set("account_typed", call.form("account"));
    if (error != nullptr) view.set("error", parts.phrase(call, error));
    parts.answer(
        call, {.name = "login", .title = "Anmelden", .view = std::move(view), .status = status, .script = "pages.js"});
}

void log_in(Site::Parts& parts, Call& call) {
    std::string password = call.form("passwort");
    const std::string account = accounts::id_of(call.form("account"));
    if (account.empty() || password.empty() || password.size() > kMaxLoginField) {
        show_login(parts, call, 403, kWrong);
        return;
    }
    const bool shared = call.has_form_field("gemeinsam");
    const std::string target = safe_target(call.form("ziel"));
    // The gateway names the canonical id; the session is of that one.
    auto known = std::make_shared<Login>();
    const auto check = [&parts, account, password = std::move(password), known](const std::function<void(bool)>& done) {
        parts.surroundings.gateway.verify(account, password, [done, known](const Login& login) {
            *known = login;
            // Whoever knows the password of a locked account has not guessed.
            done(login.account.has_value() || login.locked || login.unavailable);
        });
    };
    // Goes on without the password.
    Call later{.request = {}, .respond = call.respond, .session = call.session, .language = call.language};
    later.request.method = "POST";
    later.request.form = {{"account", call.form("account").substr(0, kMaxLoginField)}, {"ziel", target}};
    if (shared) later.request.form.emplace_back("gemeinsam", "1");
    parts.throttle.attempt(
        account, check, [&parts, later, known, shared, target](LoginThrottle::Verdict verdict) mutable {
            if (verdict == LoginThrottle::Verdict::Busy) {
                show_login(parts, later, 503, kBusy);
            } else if (verdict == LoginThrottle::Verdict::Wrong) {
                show_login(parts, later, 403, kWrong);
            } else if (known->unavailable) {
                show_login(parts, later, 503, kUnavailable);
            } else if (!known->account) {
                show_login(parts, later, 403, kLocked);
            } else {
                if (later.session) parts.sessions.end(*later.session);
                parts.redirect(later, target, 303,
                               parts.sessions.begin(*known->account, shared, parts.now(), known->password_since_s));
            }
        });
}

void log_out(Site::Parts& parts, Call& call) {
    if (call.session) parts.sessions.end(*call.session);
    call.session.reset();
    Page page{.name = "logged_out", .title = "Abgemeldet", .view = {}};
    page.set_cookie = Sessions::clear();
    parts.answer(call, std::move(page));
}

}  // namespace

bool login_pages(Site::Parts& parts, Call& call) {
    const std::string& path = call.request.path;
    if (path == "/anmelden") {
        if (call.is_post()) {
            log_in(parts, call);
        } else if (call.session) {
            parts.redirect(call, safe_target(call.query("ziel")));
        } else {
            show_login(parts, call, 200, nullptr);
        }
        return true;
    }
    if (path == "/abmelden") {
        if (call.is_post()) {
            log_out(parts, call);
        } else {
            parts.answer(call, {.name = "logout", .title = "Abmelden", .view = {}});
        }
        return true;
    }
    return false;
}

}  // namespace klassenraum::pages
