// How much of an estimate the allocator may rely on, so that quality does not flap: less at once when what is sent no
// longer fits, more only some time after a loss of quality, and ever later when raising it failed. A probe that proved
// the rate ends the first waiting. Owned by a receiving Endpoint.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bridge {

class Budget {
public:
    // The rate to allocate with. `used`: what the present allocation costs; `proven`: the last rate that a probe
    // showed, with its time.
    struct Proof {
        bwe::BitsPerSecond rate = 0;
        Instant at{};
    };
    bwe::BitsPerSecond update(bwe::BitsPerSecond estimate,
                              bwe::BitsPerSecond used,
                              std::optional<Proof> proven,
                              Instant now);
    // The allocation showed somebody more with what was given.
    void raised(Instant now) { raised_at_ = now; }
    // More is used than the estimate says, for a short time only: look again soon.
    bool strained() const { return strained_since_.has_value(); }
    // Quality was lowered a moment ago, or is about to be: the line shows what it carries only when its queue is empty.
    bool falling(Instant now) const;

private:
    void lower(bwe::BitsPerSecond estimate, Instant now);

    std::optional<bwe::BitsPerSecond> granted_;
    std::optional<Instant> strained_since_;
    std::optional<Instant> lowered_at_;
    std::optional<Instant> raised_at_;
    Duration pause_{};
};

}  // namespace klassenraum::bridge
