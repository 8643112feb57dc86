#include "protocol/xmpp/login_delay.hpp"

#include <algorithm>

#include "protocol/xmpp/limits.hpp"

namespace klassenraum::xmpp {

Duration LoginDelay::failed(const std::string& account, std::uint32_t of_connection, Instant now) {
    if (!failures_.contains(account)) make_room(now);
    Failures& failures = failures_[account];
    if (now - failures.last > kFailuresForgotten) failures.count = 0;
    failures.last = now;
    const std::uint32_t doublings = std::min(std::max(failures.count, of_connection), 16U);
    ++failures.count;
    return std::min<Duration>(kFirstRefusal * (std::int64_t{1} << doublings), kLongestRefusal);
}

// The oldest goes when the place is full: whoever invents names pushes out only failures that were made before his.
void LoginDelay::make_room(Instant now) {
    std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > kFailuresForgotten; });
    if (failures_.size() < kMaxAccountsWithFailures) return;
    failures_.erase(std::ranges::min_element(
        failures_, [](const auto& one, const auto& other) { return one.second.last < other.second.last; }));
}

}  // namespace klassenraum::xmpp
