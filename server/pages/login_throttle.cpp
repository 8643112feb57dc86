#include "server/pages/login_throttle.hpp"

#include <algorithm>
#include <utility>

#include "server/pages/limits.hpp"

namespace klassenraum::pages {

void LoginThrottle::attempt(const std::string& account, Check check, Done done) {
    forget_idle();
    Account& state = accounts_[account];
    Waiting attempt{.check = std::move(check), .done = std::move(done)};
    if (verifying_ < kMaxVerifying && state.verifying < kMaxVerifyingPerAccount) {
        start(account, state, std::move(attempt));
        return;
    }
    state.waiting.push_back(std::move(attempt));
    ++waiting_;
    if (state.waiting.size() <= kMaxWaitingPerAccount && waiting_ <= kMaxWaitingLogins) return;
    // The oldest of the account that asks gives way: others are not touched by its flood.
    const Waiting oldest = std::move(state.waiting.front());
    state.waiting.pop_front();
    --waiting_;
    oldest.done(Verdict::Busy);
}

void LoginThrottle::start(const std::string& name, Account& account, Waiting attempt) {
    ++verifying_;
    ++account.verifying;
    last_started_ = name;
    const Check check = std::move(attempt.check);
    check([this, name, done = std::move(attempt.done)](bool right) { finish(name, right, done); });
}

void LoginThrottle::finish(const std::string& name, bool right, const Done& done) {
    --verifying_;
    Account& account = accounts_[name];
    --account.verifying;
    if (right) {
        account.failures = 0;
        done(Verdict::Right);
    } else if (const Duration delay = refusal_delay(account); delay > Duration::zero()) {
        after_(delay, [done] { done(Verdict::Wrong); });
    } else {
        done(Verdict::Wrong);
    }
    start_next();
}

void LoginThrottle::start_next() {
    if (verifying_ >= kMaxVerifying || waiting_ == 0) return;
    const auto ready = [](const auto& entry) {
        return !entry.second.waiting.empty() && entry.second.verifying < kMaxVerifyingPerAccount;
    };
    auto next = std::find_if(accounts_.upper_bound(last_started_), accounts_.end(), ready);
    if (next == accounts_.end()) next = std::find_if(accounts_.begin(), accounts_.end(), ready);
    if (next == accounts_.end()) return;
    Waiting attempt = std::move(next->second.waiting.back());
    next->second.waiting.pop_back();
    --waiting_;
    start(next->first, next->second, std::move(attempt));
}

Duration LoginThrottle::refusal_delay(Account& account) {
    const Instant now = clock_();
    if (now - account.last_failure > kForgetFailures) account.failures = 0;
    account.last_failure = now;
    ++account.failures;
    if (account.failures <= kFreeFailures) return Duration::zero();
    Duration delay = kFirstRefusalDelay;
    for (unsigned i = kFreeFailures + 1; i < account.failures && delay < kLongestRefusalDelay; ++i) delay *= 2;
    return std::min(delay, kLongestRefusalDelay);
}

void LoginThrottle::forget_idle() {
    const Instant now = clock_();
    const auto is_idle = [](const Account& account) { return account.verifying == 0 && account.waiting.empty(); };
    auto oldest = accounts_.end();
    for (auto it = accounts_.begin(); it != accounts_.end();) {
        const bool past = it->second.failures == 0 || now - it->second.last_failure > kForgetFailures;
        if (is_idle(it->second) && past) {
            it = accounts_.erase(it);
            continue;
        }
        if (is_idle(it->second) &&
            (oldest == accounts_.end() || it->second.last_failure < oldest->second.last_failure)) {
            oldest = it;
        }
        ++it;
    }
    if (accounts_.size() >= kMaxThrottledAccounts && oldest != accounts_.end()) accounts_.erase(oldest);
}

}  // namespace klassenraum::pages
