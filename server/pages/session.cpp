#include "server/pages/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/core/assert.hpp"
#include "protocol/crypto/signed_token.hpp"
#include "server/pages/limits.hpp"

namespace klassenraum::pages {
namespace {

// __Host-: Secure, no Domain, Path=/, so that no neighbour under the same domain can set it.
constexpr std::string_view kCookie = "__Host-session";
constexpr std::string_view kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";
constexpr std::string_view kPurpose = "session1";
constexpr std::int64_t kRenewAfter_s = 60;

std::int64_t seconds_of(WallTime time) {
    return time.unix_us / 1'000'000;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Session> session_of(std::string_view payload) {
    std::array<std::string_view, 6> words;
    for (std::string_view& word : words) {
        const std::size_t end = payload.find(' ');
        word = payload.substr(0, end);
        payload = end == payload.npos ? std::string_view{} : payload.substr(end + 1);
    }
    const auto issued = number_of(words[3]);
    const auto expires = number_of(words[4]);
    if (words[0] != kPurpose || words[1].empty() || !issued || !expires || !payload.empty()) return std::nullopt;
    return Session{.account = std::string(words[1]),
                   .id = std::string(words[2]),
                   .issued_s = *issued,
                   .expires_s = *expires,
                   .shared_device = words[5] != "0"};
}

}  // namespace

Sessions::Sessions(std::string key, unsigned minutes, Entropy& entropy)
    : key_(std::move(key)), lifetime_s_(std::int64_t{60} * minutes), entropy_(entropy) {
    ASSERT(key_.size() >= 32);
}

std::string Sessions::begin(const std::string& account,
                            bool shared_device,
                            WallTime now,
                            std::int64_t password_since_s) {
    // A login in the very second in which older ones became void is a newer one.
    std::int64_t issued_s = std::max(seconds_of(now), password_since_s + 1);
    if (const auto ended = void_until_s_.find(account); ended != void_until_s_.end()) {
        issued_s = std::max(issued_s, ended->second + 1);
    }
    const auto since = password_since_s_.emplace(account, 0).first;
    issued_s = std::max(issued_s, since->second + 1);
    return cookie_of({.account = account,
                      .id = entropy_.token(22),
                      .issued_s = issued_s,
                      .expires_s = seconds_of(now) + lifetime_s_,
                      .shared_device = shared_device});
}

std::string Sessions::renew(const Session& session, WallTime now) const {
    Session renewed = session;
    renewed.expires_s = seconds_of(now) + lifetime_s_;
    return cookie_of(renewed);
}

std::string Sessions::clear() {
    return std::string(kCookie).append("=").append(kAttributes).append("; Max-Age=0");
}

std::string Sessions::cookie_of(const Session& session) const {
    std::string payload(kPurpose);
    for (const std::string& word :
         {session.account, session.id, std::to_string(session.issued_s), std::to_string(session.expires_s),
          std::string(session.shared_device ? "1" : "0")}) {
        payload.append(" ").append(word);
    }
    std::string cookie(kCookie);
    cookie.append("=").append(crypto::sign(as_bytes(key_), payload)).append(kAttributes);
    // On a shared device the cookie goes with the browser's window, at the latest with the token.
    if (!session.shared_device) cookie.append("; Max-Age=").append(std::to_string(lifetime_s_));
    return cookie;
}

std::optional<Session> Sessions::find(const Cookies& cookies, WallTime now) const {
    for (const auto& [name, value] : cookies) {
        if (name != kCookie) continue;
        const auto payload = crypto::open(as_bytes(key_), value);
        if (!payload) continue;
        auto session = session_of(*payload);
        if (!session || seconds_of(now) >= session->expires_s || session->issued_s > seconds_of(now) + 60) continue;
        if (revoked_.contains(session->id)) continue;
        const auto ended = void_until_s_.find(session->account);
        if (ended != void_until_s_.end() && session->issued_s <= ended->second) continue;
        const auto since = password_since_s_.find(session->account);
        if (knows_accounts_ && since == password_since_s_.end()) continue;
        if (knows_accounts_ && session->issued_s <= since->second) continue;
        return session;
    }
    return std::nullopt;
}

bool Sessions::is_stale(const Session& session, WallTime now) const {
    return session.expires_s - seconds_of(now) <= lifetime_s_ - kRenewAfter_s;
}

void Sessions::know(const std::vector<accounts::Account>& accounts) {
    knows_accounts_ = true;
    password_since_s_.clear();
    for (const accounts::Account& account : accounts) {
        if (account.state == accounts::State::Active) password_since_s_.emplace(account.id, account.password_changed_s);
    }
}

void Sessions::end(const Session& session) {
    if (!revoked_.insert(session.id).second) return;
    revoked_in_order_.push_back(session.id);
    if (revoked_in_order_.size() <= kMaxRevokedSessions) return;
    revoked_.erase(revoked_in_order_.front());
    revoked_in_order_.pop_front();
}

void Sessions::end_all_of(const std::string& account, WallTime now) {
    if (void_until_s_.size() >= kMaxEndedAccounts && !void_until_s_.contains(account)) {
        // The first to go is the one whose sessions expired longest ago; the map is small and this is rare.
        auto oldest = void_until_s_.begin();
        for (auto it = void_until_s_.begin(); it != void_until_s_.end(); ++it) {
            if (it->second < oldest->second) oldest = it;
        }
        void_until_s_.erase(oldest);
    }
    void_until_s_[account] = seconds_of(now);
}

}  // namespace klassenraum::pages
