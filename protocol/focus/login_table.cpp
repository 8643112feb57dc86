#include "protocol/focus/login_table.hpp"

#include <algorithm>

#include "protocol/focus/limits.hpp"

namespace klassenraum::focus {

namespace {

template <typename Ends>
std::vector<SessionId> end_where(std::vector<Login>& logins, const Ends& ends) {
    std::vector<SessionId> users;
    for (const Login& login : logins) {
        if (ends(login) && login.user) users.push_back(login.user);
    }
    std::erase_if(logins, ends);
    return users;
}

}  // namespace

std::string LoginTable::create(
    std::string_view account, std::string_view slug, std::string_view machine, Instant expires, Entropy& entropy) {
    constexpr std::size_t kLength = 32;  // 190 bits
    if (logins_.size() >= kMaxLogins) logins_.erase(logins_.begin());
    std::string id = entropy.token(kLength);
    logins_.push_back({muc::Secret(id), std::string(account), std::string(slug), std::string(machine), expires, {}});
    return id;
}

Login* LoginTable::find(std::string_view id, std::string_view machine, std::string_view slug, Instant now) {
    Login* found = nullptr;
    for (Login& login : logins_) {
        if (login.id.equals(id)) found = &login;
    }
    if (found == nullptr || found->machine != machine || found->slug != slug || found->expires <= now) return nullptr;
    return found;
}

std::optional<SessionId> LoginTable::end(std::string_view id) {
    const auto found = std::ranges::find_if(logins_, [&](const Login& login) { return login.id.equals(id); });
    if (found == logins_.end()) return std::nullopt;
    const SessionId user = found->user;
    logins_.erase(found);
    return user;
}

std::vector<SessionId> LoginTable::end_of_room(std::string_view slug) {
    return end_where(logins_, [&](const Login& login) { return login.slug == slug; });
}

std::vector<SessionId> LoginTable::end_of_account(std::string_view account) {
    return end_where(logins_, [&](const Login& login) { return login.account == account; });
}

void LoginTable::extend(std::string_view slug, Instant expires) {
    for (Login& login : logins_) {
        if (login.slug == slug) login.expires = std::max(login.expires, expires);
    }
}

}  // namespace klassenraum::focus
