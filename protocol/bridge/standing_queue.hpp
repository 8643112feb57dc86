// Whether a queue stands on a receiver's line, neither growing nor shrinking, which a trend does not show: feedback
// takes longer than at the best of the last times. A way that has become longer for good, or somebody else's queue, is
// told apart by that it stays when less is sent. Owned by a Downlink.
#pragma once

#include <optional>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class StandingQueue {
public:
    // After each report: how long it took. True when the queue has stood for long enough that less must be sent.
    bool note(Duration delay, Instant now);
    bool there() const { return since_.has_value(); }
    // It has stood for so long and is not gone yet.
    bool stands() const { return told_.has_value(); }

private:
    void remember(Duration delay, Instant now);

    std::optional<Duration> least_;         // in this window …
    std::optional<Duration> least_before_;  // … and in the one before
    Instant least_since_{};
    std::optional<Instant> since_;  // the queue has been there
    std::optional<Instant> told_;
    Duration delay_told_{};
    int fruitless_ = 0;
};

}  // namespace klassenraum::bridge
