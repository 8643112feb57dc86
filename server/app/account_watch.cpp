#include "server/app/account_watch.hpp"

#include <algorithm>
#include <utility>

namespace klassenraum::app {

std::vector<std::string> AccountWatch::revoked_since(const std::vector<accounts::Account>& accounts) {
    std::map<std::string, Known> present;
    for (const accounts::Account& account : accounts) {
        present.insert_or_assign(account.id,
                                 Known{account.state == accounts::State::Active, account.password_changed_s});
    }
    std::vector<std::string> revoked;
    for (const auto& [id, before] : known_) {
        const auto now = present.find(id);
        if (!before.active && now != present.end()) continue;
        const bool stands =
            now != present.end() && now->second.active && now->second.password_changed_s == before.password_changed_s;
        if (!stands) revoked.push_back(id);
    }
    // One that was made and locked, or given another password, between two looks.
    for (const accounts::Account& account : accounts) {
        const bool as_made =
            account.state == accounts::State::Active && account.password_changed_s == account.created_s;
        if (looked_ && !as_made && !known_.contains(account.id)) revoked.push_back(account.id);
    }
    std::sort(revoked.begin(), revoked.end());
    looked_ = true;
    known_ = std::move(present);
    return revoked;
}

void AccountWatch::expect(const accounts::Account& account) {
    const auto known = known_.find(account.id);
    if (known != known_.end()) known->second.password_changed_s = account.password_changed_s;
}

}  // namespace klassenraum::app
