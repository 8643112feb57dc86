// Additive increase near the link's known capacity, multiplicative increase away from it, multiplicative decrease on
// overuse (draft-ietf-rmcat-gcc-02 §5.6 with GoogCC's link capacity estimate). Owned by DelayEstimator.
#pragma once

#include <optional>

#include "protocol/bwe/trendline.hpp"

namespace klassenraum::bwe {

// Where overuse was met, with its spread: tells "near" from "far below" the link's rate.
class LinkCapacity {
public:
    void overuse_at(BitsPerSecond throughput) { update(throughput, 0.05); }
    void probed(BitsPerSecond throughput) { update(throughput, 0.5); }
    void reset() { estimate_kbps_.reset(); }
    bool known() const { return estimate_kbps_.has_value(); }
    double estimate_bps() const { return estimate_kbps_.value_or(0) * 1000; }
    double upper_bps() const;
    double lower_bps() const;

private:
    void update(BitsPerSecond sample, double weight);
    double deviation() const;
    std::optional<double> estimate_kbps_;
    double variance_ = 0.4;
};

class RateControl {
public:
    RateControl(BitsPerSecond start, BitsPerSecond minimum, BitsPerSecond maximum);

    BitsPerSecond update(Usage usage, std::optional<BitsPerSecond> throughput, bool application_limited, Instant now);
    void set(BitsPerSecond rate, Instant now);  // from a probe
    void set_round_trip(Duration rtt) { rtt_ = rtt; }
    void set_limits(BitsPerSecond minimum, BitsPerSecond maximum);
    bool may_reduce_further(Instant now, std::optional<BitsPerSecond> throughput) const;
    BitsPerSecond rate() const { return rate_; }
    bool initialized() const { return initialized_; }
    void probed(BitsPerSecond rate) { capacity_.probed(rate); }

private:
    enum class State : std::uint8_t { Hold, Increase, Decrease };
    void increase(BitsPerSecond throughput, bool application_limited, Instant now);
    void decrease(BitsPerSecond throughput, Instant now);
    double additive_per_second() const;

    State state_ = State::Hold;
    LinkCapacity capacity_;
    BitsPerSecond rate_;
    BitsPerSecond latest_throughput_;
    BitsPerSecond minimum_;
    BitsPerSecond maximum_;
    Duration rtt_ = std::chrono::milliseconds(200);
    std::optional<Instant> changed_;
    std::optional<Instant> first_throughput_;
    bool initialized_ = false;
};

}  // namespace klassenraum::bwe
