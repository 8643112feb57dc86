// A teacher's login: a signed token in a cookie, good for the session's minutes from its last use (decisions.md 12).
// The server only remembers what it took back. Owned by the Site, lives on the front thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/accounts/store.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::pages {

struct Session {
    std::string account;
    std::string id;
    std::int64_t issued_s = 0;   // of the login
    std::int64_t expires_s = 0;  // of this token
    bool shared_device = true;
};

class Sessions {
public:
    Sessions(std::string key, unsigned minutes, Entropy& entropy);

    void set_minutes(unsigned minutes) { lifetime_s_ = std::int64_t{minutes} * 60; }  // of tokens from now on

    using Cookies = std::vector<std::pair<std::string, std::string>>;
    // Values of Set-Cookie. A login counts as newer than the password it was made with, whatever the clock says.
    std::string begin(const std::string& account, bool shared_device, WallTime now, std::int64_t password_since_s = 0);
    std::string renew(const Session& session, WallTime now) const;
    static std::string clear();

    std::optional<Session> find(const Cookies& cookies, WallTime now) const;
    // Whether a new token is due: not with every request, but long before the old one ends.
    bool is_stale(const Session& session, WallTime now) const;

    // What the account store says now: logins of locked, removed or unknown accounts do not count, nor those from
    // before an account's present password. Until it is called for the first time every account counts.
    void know(const std::vector<accounts::Account>& accounts);

    void end(const Session& session);
    void end_all_of(const std::string& account, WallTime now);

private:
    std::string cookie_of(const Session& session) const;

    std::string key_;
    std::int64_t lifetime_s_;
    Entropy& entropy_;
    std::set<std::string, std::less<>> revoked_;
    std::deque<std::string> revoked_in_order_;
    std::map<std::string, std::int64_t, std::less<>> void_until_s_;  // account → logins up to then do not count
    bool knows_accounts_ = false;
    std::map<std::string, std::int64_t, std::less<>> password_since_s_;  // active accounts
};

}  // namespace klassenraum::pages
