#include "protocol/bwe/sent_history.hpp"

#include <algorithm>
#include <utility>

namespace klassenraum::bwe {
namespace {

constexpr std::uint32_t kMaxOctets = (1U << 15) - 1;
constexpr std::uint64_t kMaxMicroseconds = (std::uint64_t{1} << 47) - 1;

std::uint64_t microseconds_of(Instant time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

Instant instant_of(std::uint64_t microseconds) {
    return Instant(Duration(static_cast<std::int64_t>(microseconds)));
}

}  // namespace

bool SentHistory::occupied(const Entry& entry, Instant now) const {
    const Duration age = now - instant_of(entry.sent_us);
    return (entry.fate == kUnknown && age < kMaxAge) || (entry.fate == kLost && age < kMaxLateness);
}

// In place: half of the entries belong into the new half.
void SentHistory::grow() {
    const std::size_t before = entries_.size();
    entries_.resize(before == 0 ? kFirstLength : before * 2);
    for (std::size_t i = 0; i < before; ++i) {
        if ((entries_[i].sequence & before) != 0) entries_[i + before] = std::exchange(entries_[i], {});
    }
}

void SentHistory::give_back(Instant now) {
    std::size_t needed = 0;  // back to the oldest of which something may still be said
    for (std::size_t behind = 1; behind <= std::min<std::uint64_t>(entries_.size(), next_); ++behind) {
        const Entry& entry = at(next_ - behind);
        if (entry.sequence == static_cast<std::uint32_t>(next_ - behind) && occupied(entry, now)) needed = behind;
    }
    const std::size_t half = entries_.size() / 2;
    if (half < kFirstLength || needed > half / 2) return;
    std::vector<Entry> smaller(half);
    for (std::uint64_t sequence = next_ - needed; sequence != next_; ++sequence) {
        smaller[sequence & (half - 1)] = at(sequence);
    }
    entries_ = std::move(smaller);
}

void SentHistory::add(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now) {
    if (!any_) {
        next_ = sequence;
        any_ = true;
    } else {
        next_ += static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(next_));
    }
    while (entries_.empty() || (entries_.size() < kLength && occupied(at(next_), now))) grow();
    at(next_) = {.sent_us = microseconds_of(now) & kMaxMicroseconds,
                 .octets = std::min(octets, kMaxOctets) & kMaxOctets,
                 .fate = kUnknown,
                 .sequence = static_cast<std::uint32_t>(next_),
                 .probe_cluster = probe_cluster};
    ++next_;
}

std::optional<PacketResult> SentHistory::take(std::uint16_t sequence, std::optional<Instant> arrived) {
    if (!any_) return std::nullopt;
    const auto behind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(next_ - 1) - sequence);
    if (behind >= entries_.size() || behind >= next_) return std::nullopt;
    const std::uint64_t unwrapped = next_ - 1 - behind;
    Entry& entry = at(unwrapped);
    if (entry.sequence != static_cast<std::uint32_t>(unwrapped) || entry.fate == kArrived) return std::nullopt;
    if (!arrived && entry.fate == kLost) return std::nullopt;
    entry.fate = arrived ? kArrived : kLost;
    return PacketResult{unwrapped, instant_of(entry.sent_us), arrived, static_cast<std::uint32_t>(entry.octets),
                        entry.probe_cluster};
}

}  // namespace klassenraum::bwe
