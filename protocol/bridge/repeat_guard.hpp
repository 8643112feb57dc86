// Remembers which packets of one outgoing stream were repeated lately, so that each is repeated at most once per round
// trip however often it is asked for (threats.md R7). Its memory is touched with the first
// repetition; owned by a Stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class RepeatGuard {
public:
    explicit RepeatGuard(std::size_t packets) : packets_(packets) { entries_.reserve(packets); }

    // True, and remembered, when `sequence` was not repeated within a round trip. JVB's margin: 0.9 RTT or RTT - 5 ms.
    bool allow(std::uint16_t sequence, Duration rtt, Instant now) {
        if (entries_.empty()) entries_.resize(packets_);
        Entry& entry = entries_[sequence % entries_.size()];
        const Duration pause = std::min(rtt * 9 / 10, rtt - std::chrono::milliseconds(5));
        if (entry.used && entry.sequence == sequence && now - entry.at < pause) return false;
        entry = {.at = now, .sequence = sequence, .used = true};
        return true;
    }

private:
    struct Entry {
        Instant at{};
        std::uint16_t sequence = 0;
        bool used = false;
    };
    std::size_t packets_;
    std::vector<Entry> entries_;
};

}  // namespace klassenraum::bridge
