// Notices what the account command did to the store of a running service: each look at the list of accounts is compared
// with the one before. Owned by the Switchboard, lives on the front thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/accounts/store.hpp"

namespace klassenraum::app {

struct AccountNews {
    bool reachable = true;  // else nothing is known, and nothing is revoked
    std::vector<accounts::Account> accounts;
    std::vector<std::string> revoked;  // locked, removed, or with a new password that somebody else gave it
};

class AccountWatch {
public:
    // In the order of the ids. The first look finds nothing.
    std::vector<std::string> revoked_since(const std::vector<accounts::Account>& accounts);
    // A change that the service made itself is no news.
    void expect(const accounts::Account& account);

private:
    struct Known {
        bool active;
        std::int64_t password_changed_s;
    };
    std::map<std::string, Known> known_;
    bool looked_ = false;
};

}  // namespace klassenraum::app
