#include "bench/participant/nack_list.hpp"

#include <algorithm>

namespace klassenraum::bench {

bool NackList::received(std::int64_t sequence, Instant now) {
    if (highest_ < 0) {
        highest_ = sequence;
        return false;
    }
    if (sequence <= highest_) {
        const auto found = std::ranges::lower_bound(missing_, sequence, {}, &Missing::sequence);
        if (found == missing_.end() || found->sequence != sequence) return false;
        // Only an answer to a single question measures the round trip.
        if (found->asked == 1) round_trip_ = (round_trip_ * 7 + (now - found->first_asked)) / 8;
        if (found->asked > 0) ++repaired_;
        missing_.erase(found);
        return true;
    }
    if (sequence - highest_ - 1 > static_cast<std::int64_t>(kMaxMissing)) {
        missing_.clear();
        gave_up_ = true;  // an interruption
    } else {
        for (std::int64_t lost = highest_ + 1; lost < sequence; ++lost) {
            if (missing_.size() >= kMaxMissing) {
                missing_.erase(missing_.begin());
                gave_up_ = true;
            }
            missing_.push_back({.sequence = lost, .next = now});
        }
    }
    highest_ = sequence;
    return false;
}

void NackList::due(Instant now, std::vector<std::uint16_t>& out) {
    for (Missing& missing : missing_) {
        if (missing.next > now) continue;
        if (missing.asked >= kMaxNackRetries) {
            gave_up_ = true;
            continue;
        }
        if (missing.asked++ == 0) {
            missing.first_asked = now;
            ++lost_;
        }
        missing.next = now + std::max<Duration>(round_trip_, 10ms);
        out.push_back(static_cast<std::uint16_t>(missing.sequence));
    }
    std::erase_if(missing_,
                  [now](const Missing& missing) { return missing.asked >= kMaxNackRetries && missing.next <= now; });
}

std::optional<Instant> NackList::deadline() const {
    std::optional<Instant> earliest;
    for (const Missing& missing : missing_) {
        if (!earliest || missing.next < *earliest) earliest = missing.next;
    }
    return earliest;
}

void NackList::forget_before(std::int64_t sequence) {
    const auto end = std::ranges::lower_bound(missing_, sequence, {}, &Missing::sequence);
    missing_.erase(missing_.begin(), end);
}

}  // namespace klassenraum::bench
