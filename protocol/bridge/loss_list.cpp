#include "protocol/bridge/loss_list.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

std::uint32_t microseconds_of(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

Duration between(std::uint32_t earlier_us, std::uint32_t later_us) {
    return Duration(static_cast<std::int32_t>(later_us - earlier_us));
}

}  // namespace

bool LossList::received(std::int64_t sequence, Instant now) {
    if (highest_ < 0) {
        highest_ = sequence;
        return false;
    }
    if (sequence <= highest_) {
        remove(sequence);
        return false;
    }
    const std::int64_t gap = sequence - highest_ - 1;
    const bool too_large = gap > kMaxGap;
    if (too_large) {
        missing_.clear();
    } else if (gap > 0) {
        const auto wanted = static_cast<std::size_t>(gap);
        if (missing_.size() + wanted > kMaxMissing) {
            // The oldest have the least hope.
            const std::size_t forget = std::min(missing_.size(), missing_.size() + wanted - kMaxMissing);
            missing_.erase(missing_.begin(), missing_.begin() + static_cast<std::ptrdiff_t>(forget));
        }
        missing_.reserve(kMaxMissing);
        for (std::int64_t lost = highest_ + 1; lost < sequence; ++lost) {
            missing_.push_back({.since_us = microseconds_of(now),
                                .next_us = microseconds_of(now),
                                .sequence = static_cast<std::uint16_t>(lost)});
        }
    }
    highest_ = sequence;
    return too_large;
}

void LossList::remove(std::int64_t sequence) {
    const auto wanted = static_cast<std::uint16_t>(sequence);
    const auto found = std::ranges::find(missing_, wanted, &Missing::sequence);
    if (found != missing_.end()) missing_.erase(found);
}

std::size_t LossList::due(Instant now, Duration round_trip, std::span<std::uint16_t, kMaxMissing> out) {
    std::size_t written = 0;
    std::size_t kept = 0;
    const std::uint32_t now_us = microseconds_of(now);
    for (std::size_t i = 0; i < missing_.size(); ++i) {
        Missing entry = missing_[i];
        if (between(entry.next_us, now_us) >= Duration{}) {
            if (entry.requests == kMaxRequests || between(entry.since_us, now_us) > kMaxAge) continue;
            out[written++] = entry.sequence;
            ++entry.requests;
            entry.next_us = microseconds_of(now + round_trip);
        }
        missing_[kept++] = entry;
    }
    missing_.resize(kept);
    return written;
}

}  // namespace klassenraum::bridge
