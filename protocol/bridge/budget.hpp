// How much of an estimate the allocator may rely on, so that quality does not flap: less at once when what is sent no
// longer fits, more only some time after a loss of quality, and ever later when raising it failed. A probe that proved
// the rate ends the first waiting. Owned by a receiving Endpoint.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bridge {

class Budget {
public:
    struct Proof {
        bwe::BitsPerSecond rate = 0;
        Instant at{};
    };
    // What else is known of the line.
    struct Line {
        std::optional<Proof> proven;        // the last rate that a probe showed
        std::optional<Instant> lowered_at;  // the estimate, by feedback
        bool queue_stands = false;
    };
    // The rate to allocate with. `used`: what the present allocation costs.
    bwe::BitsPerSecond update(bwe::BitsPerSecond estimate, bwe::BitsPerSecond used, const Line& line, Instant now);
    // The allocation showed somebody more with what was given.
    void raised(Instant now) { raised_at_ = now; }
    // The last update() found far less than is used: whatever still goes out fills the line's queue.
    bool collapsed(Instant now) const { return collapsed_at_ == now; }
    bool collapsed_within(Duration time, Instant now) const { return collapsed_at_ && now - *collapsed_at_ < time; }
    // More is used than the estimate says, for a short time only: look again soon.
    bool strained() const { return strained_since_.has_value(); }
    // Quality was lowered a moment ago, or is about to be: the line shows what it carries only when its queue is empty.
    bool falling(Instant now) const;

private:
    bool bearable(bwe::BitsPerSecond estimate, bwe::BitsPerSecond used, const Line& line, Instant now) const;
    void lower(bwe::BitsPerSecond used, Instant now);

    std::optional<Instant> strained_since_;
    std::optional<Instant> lowered_at_;
    std::optional<Instant> raised_at_;
    bwe::BitsPerSecond failed_ = 0;  // was used when it had to be lowered
    double margin_ = 0;
    std::optional<Instant> collapsed_at_;
    Duration pause_{};
};

}  // namespace klassenraum::bridge
