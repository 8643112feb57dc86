// Packets of one received SSRC that are missing, and when each is asked for: at once, then once per round trip, ten
// times (as libwebrtc). Owned by a receiver of one SSRC.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/participant/limits.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

class NackList {
public:
    // A packet arrived. True when it had been missing.
    bool received(std::int64_t sequence, Instant now);
    // Appends the sequence numbers to ask for now.
    void due(Instant now, std::vector<std::uint16_t>& out);
    std::optional<Instant> deadline() const;
    void forget_before(std::int64_t sequence);
    void clear() { missing_.clear(); }

    bool empty() const { return missing_.empty(); }
    // Asked for as often as allowed, in vain.
    bool gave_up() const { return gave_up_; }
    void start_again() { gave_up_ = false; }
    Duration round_trip() const { return round_trip_; }
    // Packets that had to be asked for, however often.
    std::uint64_t lost() const { return lost_; }
    std::uint64_t repaired() const { return repaired_; }

private:
    struct Missing {
        std::int64_t sequence = 0;
        Instant next{};
        Instant first_asked{};
        int asked = 0;
    };
    std::vector<Missing> missing_;  // ascending
    std::int64_t highest_ = -1;
    Duration round_trip_ = 100ms;
    bool gave_up_ = false;
    std::uint64_t lost_ = 0;
    std::uint64_t repaired_ = 0;
};

}  // namespace klassenraum::bench
