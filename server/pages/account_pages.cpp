// The school's own care for its account: a new password, after the old one (product.md C29). It ends every other login
// of the account; lessons go on.
#include <memory>
#include <utility>

#include "protocol/crypto/secret.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/parts.hpp"

namespace klassenraum::pages {
namespace {

constexpr char kPath[] = "/passwort";
constexpr char kWrong[] = "Das bisherige Passwort stimmt nicht.";
constexpr char kShort[] = "Das neue Passwort braucht mindestens 12 Zeichen.";
constexpr char kDifferent[] = "Die beiden neuen Passwörter sind nicht gleich.";
constexpr char kSame[] = "Das neue Passwort ist das bisherige.";
constexpr char kBusy[] = "Gerade melden sich sehr viele an. Bitte versuchen Sie es in einigen Sekunden noch einmal.";
constexpr char kFailed[] = "Das Passwort konnte nicht gespeichert werden. Das bisherige gilt weiter.";

// Goes on while the pool works; the text does not outlive it.
struct Wish {
    std::string old_password;
    std::string new_password;
    ~Wish() {
        crypto::wipe(old_password);
        crypto::wipe(new_password);
    }
};

void show_form(Site::Parts& parts, Call& call, unsigned status, const char* error) {
    View view;
    view.set("account", call.session->account);
    if (error != nullptr) view.set("error", parts.phrase(call, error));
    parts.answer(call, {.name = "password",
                        .title = "Passwort ändern",
                        .view = std::move(view),
                        .status = status,
                        .script = "pages.js"});
}

const char* fault_of(const std::string& old_password, const std::string& fresh, const std::string& again) {
    if (old_password.empty() || old_password.size() > kMaxLoginField) return kWrong;
    if (fresh.size() < kMinAccountPassword || fresh.size() > kMaxLoginField) return kShort;
    if (fresh != again) return kDifferent;
    return fresh == old_password ? kSame : nullptr;
}

void store(Site::Parts& parts, Call& call, const Wish& wish) {
    const Session& session = *call.session;
    parts.surroundings.gateway.set_password(
        session.account, wish.new_password, [&parts, call](bool stored) mutable {
            if (!stored) return show_form(parts, call, 503, kFailed);
            const Session before = *call.session;
            parts.sessions.end_all_of(before.account, parts.now());
            Page page{.name = "password_changed", .title = "Passwort geändert", .view = {}};
            page.set_cookie = parts.sessions.begin(before.account, before.shared_device, parts.now());
            parts.answer(call, std::move(page));
        });
}

void change(Site::Parts& parts, Call& call) {
    const auto wish = std::make_shared<Wish>(Wish{call.form("alt"), call.form("neu")});
    if (const char* const fault = fault_of(wish->old_password, wish->new_password, call.form("noch_einmal"))) {
        return show_form(parts, call, 422, fault);
    }
    Call later{.request = {}, .respond = call.respond, .session = call.session, .language = call.language};
    const auto check = [&parts, wish, account = call.session->account](const std::function<void(bool)>& done) {
        parts.surroundings.gateway.verify(account, wish->old_password,
                                          [done](const Login& login) { done(login.account.has_value()); });
    };
    parts.throttle.attempt(call.session->account, check,
                           [&parts, later, wish](LoginThrottle::Verdict verdict) mutable {
                               switch (verdict) {
                                   case LoginThrottle::Verdict::Busy:
                                       return show_form(parts, later, 503, kBusy);
                                   case LoginThrottle::Verdict::Wrong:
                                       return show_form(parts, later, 403, kWrong);
                                   case LoginThrottle::Verdict::Right:
                                       return store(parts, later, *wish);
                               }
                           });
}

}  // namespace

bool account_pages(Site::Parts& parts, Call& call) {
    if (call.request.path != kPath) return false;
    if (!parts.has_login(call, kPath)) return true;
    call.is_post() ? change(parts, call) : show_form(parts, call, 200, nullptr);
    return true;
}

}  // namespace klassenraum::pages
