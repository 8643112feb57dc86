#include "protocol/bridge/loss_list.hpp"

#include <algorithm>

namespace klassenraum::bridge {

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
            missing_[count_++] = {.sequence = lost, .since = now, .next = now};
        }
    }
    highest_ = sequence;
    return too_large;
}

void LossList::remove(std::int64_t sequence) {
    const auto end = missing_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto found =
        std::find_if(missing_.begin(), end, [sequence](const Missing& entry) { return entry.sequence == sequence; });
    if (found == end) return;
    std::move(found + 1, end, found);
    --count_;
}

std::size_t LossList::due(Instant now, Duration round_trip, std::span<std::uint16_t, kMaxMissing> out) {
    std::size_t written = 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        Missing entry = missing_[i];
        if (now >= entry.next) {
            if (entry.requests == kMaxRequests || now - entry.since > kMaxAge) continue;
            out[written++] = static_cast<std::uint16_t>(entry.sequence);
            ++entry.requests;
            entry.next = now + round_trip;
        }
        missing_[kept++] = entry;
    }
    count_ = kept;
    return written;
}

}  // namespace klassenraum::bridge
