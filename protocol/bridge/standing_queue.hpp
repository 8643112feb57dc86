// Whether a queue stands on a receiver's line, neither growing nor shrinking, which no trend shows. A way that
// has become longer, or somebody else's queue, is told apart by that it stays when less is sent. Owned by a Downlink.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class StandingQueue {
public:
    enum class Verdict : std::uint8_t {
        Nothing,
        Stands,   // for long enough that less must be sent
        NotOurs,  // it stays whatever is sent
    };
    // After each report: how long packets stood in the queue (bwe::QueueDelay).
    Verdict note(Duration delay, Instant now);
    bool there() const { return since_.has_value(); }
    // It has stood for so long and is not gone yet.
    bool stands() const { return told_.has_value(); }

private:
    void reset();

    std::optional<Instant> since_;  // the queue has been there
    std::optional<Instant> told_;
    Duration delay_told_{};
    int fruitless_ = 0;
};

}  // namespace klassenraum::bridge
