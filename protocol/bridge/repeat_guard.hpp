// Remembers which packets of one outgoing stream were repeated lately, so that each is repeated at most once per round
// trip however often it is asked for (threats.md R7). Its memory comes with the first repetition: on a good line there
// is none. Owned by a Stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocol/bridge/limits.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class RepeatGuard {
public:
    explicit RepeatGuard(std::size_t packets) : packets_(packets) {}

    // True, and remembered, when `sequence` was not repeated within a round trip. JVB's margin: 0.9 RTT or RTT - 5 ms.
    bool allow(std::uint16_t sequence, Duration rtt, Instant now) {
        if (entries_.empty()) entries_.resize(packets_);
        last_ = now;
        Entry& entry = entries_[sequence % entries_.size()];
        const Duration pause = std::min(rtt * 9 / 10, rtt - std::chrono::milliseconds(5));
        const auto at = static_cast<std::uint64_t>(now.time_since_epoch().count());
        const Duration age(static_cast<std::int64_t>(at - entry.at_us));
        if (entry.used != 0 && entry.sequence == sequence && age < pause) return false;
        entry = {.at_us = at & kMaxMicroseconds, .used = 1, .sequence = sequence};
        return true;
    }

    // The memory, when nothing was repeated for so long that nothing is held back any more. Now and then.
    void give_back(Instant now) {
        if (now - last_ > kMaxRtt) entries_ = std::vector<Entry>();
    }

private:
    static constexpr std::uint64_t kMaxMicroseconds = (std::uint64_t{1} << 47) - 1;  // four years
    struct Entry {
        std::uint64_t at_us : 47 = 0;
        std::uint64_t used : 1 = 0;
        std::uint64_t sequence : 16 = 0;
    };
    static_assert(sizeof(Entry) == 8);
    std::size_t packets_;
    std::vector<Entry> entries_;
    Instant last_{};
};

}  // namespace klassenraum::bridge
