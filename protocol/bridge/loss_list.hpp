// The packets of one incoming stream that did not come, and when each is asked for (RFC 4585 §6.2.1): at once when the
// gap shows, then once per round trip, a bounded number of times. At most kMaxMissing; owned by an IncomingStream.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class LossList {
public:
    static constexpr std::size_t kMaxMissing = 128;
    static constexpr std::int64_t kMaxGap = 100;  // more is an interruption, not loss: a key frame serves better
    static constexpr int kMaxRequests = 10;       // as JVB
    static constexpr Duration kMaxAge = std::chrono::seconds(1);

    // Extended sequence number of a packet that arrived for the first time. True when the gap was too large to repair.
    bool received(std::int64_t sequence, Instant now);
    // Writes the sequence numbers to ask for now, ascending, and returns how many.
    std::size_t due(Instant now, Duration round_trip, std::span<std::uint16_t, kMaxMissing> out);
    bool empty() const { return missing_.empty(); }
    // Memory, when nothing is missing. Now and then.
    void give_back() {
        if (missing_.empty()) missing_ = std::vector<Missing>();
    }

private:
    // The times are microseconds that wrap after an hour; no
    // entry outlives kMaxAge by more than the pause between two calls of due().
    struct Missing {
        std::uint32_t since_us = 0;
        std::uint32_t next_us = 0;
        std::uint16_t sequence = 0;  // the lower part: nothing comes that is far behind
        std::uint16_t requests = 0;
    };
    static_assert(sizeof(Missing) == 12);
    void remove(std::int64_t sequence);

    std::vector<Missing> missing_;  // ascending; room for all of them with the first
    std::int64_t highest_ = -1;
};

}  // namespace klassenraum::bridge
