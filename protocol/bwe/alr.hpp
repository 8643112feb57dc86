// Application-limited region: are we sending clearly less than the estimate allows, so that "no overuse" proves nothing
// (GoogCC's AlrDetector). Owned by Estimator.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bwe {

class AlrDetector {
public:
    void sent(std::uint32_t octets, Instant now, BitsPerSecond estimate);
    // Since when we are limited by what there is to send.
    std::optional<Instant> since() const { return since_; }

private:
    std::optional<Instant> updated_;
    double budget_octets_ = 0;  // within ± one window of the budgeted rate
    std::optional<Instant> since_;
};

}  // namespace klassenraum::bwe
