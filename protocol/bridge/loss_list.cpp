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
        count_ = 0;
    } else if (gap > 0) {
        const auto wanted = static_cast<std::size_t>(gap);
        if (count_ + wanted > kMaxMissing) {
            // The oldest have the least hope.
            const std::size_t forget = std::min(count_, count_ + wanted - kMaxMissing);
            std::move(missing_.begin() + static_cast<std::ptrdiff_t>(forget),
                      missing_.begin() + static_cast<std::ptrdiff_t>(count_), missing_.begin());
            count_ -= forget;
        }
        for (std::int64_t lost = highest_ + 1; lost < sequence; ++lost) {
            missing_[count_++] = {.since_us = microseconds_of(now),
                                  .next_us = microseconds_of(now),
                                  .sequence = static_cast<std::uint16_t>(lost)};
        }
    }
    highest_ = sequence;
    return too_large;
}

void LossList::remove(std::int64_t sequence) {
    const auto end = missing_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto wanted = static_cast<std::uint16_t>(sequence);
    const auto found =
        std::find_if(missing_.begin(), end, [wanted](const Missing& entry) { return entry.sequence == wanted; });
    if (found == end) return;
    std::move(found + 1, end, found);
    --count_;
}

std::size_t LossList::due(Instant now, Duration round_trip, std::span<std::uint16_t, kMaxMissing> out) {
    std::size_t written = 0;
    std::size_t kept = 0;
    const std::uint32_t now_us = microseconds_of(now);
    for (std::size_t i = 0; i < count_; ++i) {
        Missing entry = missing_[i];
        if (between(entry.next_us, now_us) >= Duration{}) {
            if (entry.requests == kMaxRequests || between(entry.since_us, now_us) > kMaxAge) continue;
            out[written++] = entry.sequence;
            ++entry.requests;
            entry.next_us = microseconds_of(now + round_trip);
        }
        missing_[kept++] = entry;
    }
    count_ = kept;
    return written;
}

}  // namespace klassenraum::bridge
