#include "protocol/bwe/rate_control.hpp"

#include <algorithm>
#include <cmath>

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;
constexpr double kBackOff = 0.85;
constexpr double kGrowthPerSecond = 1.08;
constexpr double kOverThroughput = 1.5;
constexpr BitsPerSecond kOverThroughputMargin = 10'000;
constexpr BitsPerSecond kBackOffMargin = 5'000;
constexpr double kMinAdditive = 4000;
constexpr double kMinVariance = 0.4;
constexpr double kMaxVariance = 2.5;
constexpr Duration kInitialization = std::chrono::seconds(5);

}  // namespace

void LinkCapacity::update(BitsPerSecond sample, double weight) {
    const double sample_kbps = static_cast<double>(sample) / 1000;
    estimate_kbps_ = estimate_kbps_ ? (1 - weight) * *estimate_kbps_ + weight * sample_kbps : sample_kbps;
    const double error = *estimate_kbps_ - sample_kbps;
    variance_ = (1 - weight) * variance_ + weight * error * error / std::max(*estimate_kbps_, 1.0);
    variance_ = std::clamp(variance_, kMinVariance, kMaxVariance);
}
double LinkCapacity::deviation() const {
    return std::sqrt(variance_ * *estimate_kbps_);
}
double LinkCapacity::upper_bps() const {
    return estimate_kbps_ ? (*estimate_kbps_ + 3 * deviation()) * 1000 : HUGE_VAL;
}
double LinkCapacity::lower_bps() const {
    return estimate_kbps_ ? std::max(0.0, *estimate_kbps_ - 3 * deviation()) * 1000 : 0;
}

RateControl::RateControl(BitsPerSecond start, BitsPerSecond minimum, BitsPerSecond maximum)
    : rate_(start), latest_throughput_(start), minimum_(minimum), maximum_(maximum) {}

void RateControl::set_limits(BitsPerSecond minimum, BitsPerSecond maximum) {
    minimum_ = minimum;
    maximum_ = maximum;
    rate_ = std::clamp(rate_, minimum_, maximum_);
}

void RateControl::set(BitsPerSecond rate, Instant now) {
    initialized_ = true;
    rate_ = std::clamp(rate, minimum_, maximum_);
    changed_ = now;
}

BitsPerSecond RateControl::update(Usage usage,
                                  std::optional<BitsPerSecond> throughput,
                                  bool application_limited,
                                  Instant now) {
    if (throughput) latest_throughput_ = *throughput;
    if (!initialized_ && throughput) {
        if (!first_throughput_) {
            first_throughput_ = now;
        } else if (now - *first_throughput_ > kInitialization) {
            // Who had little to send has learnt nothing about the line: the start value stands.
            if (!application_limited) rate_ = *throughput;
            initialized_ = true;
        }
    }
    if (!initialized_ && usage != Usage::Overusing) return rate_;
    switch (usage) {
        case Usage::Normal:
            if (state_ == State::Hold) {
                changed_ = now;
                state_ = State::Increase;
            }
            break;
        case Usage::Overusing:
            state_ = State::Decrease;
            break;
        case Usage::Underusing:
            state_ = State::Hold;
            break;
    }
    if (state_ == State::Increase) increase(latest_throughput_, application_limited, now);
    if (state_ == State::Decrease) decrease(latest_throughput_, now);
    rate_ = std::clamp(rate_, minimum_, maximum_);
    return rate_;
}

void RateControl::increase(BitsPerSecond throughput, bool application_limited, Instant now) {
    if (static_cast<double>(throughput) > capacity_.upper_bps()) capacity_.reset();
    // What was never sent cannot be known to fit: no growth beyond what is really acknowledged, none while we send too
    // little.
    const auto limit =
        application_limited
            ? rate_
            : static_cast<BitsPerSecond>(kOverThroughput * static_cast<double>(throughput)) + kOverThroughputMargin;
    if (rate_ < limit) {
        const double elapsed = changed_ ? seconds_of(now - *changed_) : 0;
        double growth = 0;
        if (capacity_.known()) {
            growth = additive_per_second() * elapsed;
        } else {
            const double factor = std::pow(kGrowthPerSecond, std::min(elapsed, 1.0));
            growth = std::max(static_cast<double>(rate_) * (factor - 1), 1000.0);
        }
        rate_ = std::min(rate_ + static_cast<BitsPerSecond>(growth), limit);
    }
    changed_ = now;
}

void RateControl::decrease(BitsPerSecond throughput, Instant now) {
    auto reduced = static_cast<BitsPerSecond>(kBackOff * static_cast<double>(throughput));
    if (reduced > kBackOffMargin) reduced -= kBackOffMargin;
    if (reduced > rate_ && capacity_.known()) {
        reduced = static_cast<BitsPerSecond>(kBackOff * capacity_.estimate_bps());
    }
    rate_ = std::min(rate_, reduced);
    if (static_cast<double>(throughput) < capacity_.lower_bps()) capacity_.reset();
    initialized_ = true;
    capacity_.overuse_at(throughput);
    state_ = State::Hold;
    changed_ = now;
}

bool RateControl::may_reduce_further(Instant now, std::optional<BitsPerSecond> throughput) const {
    const Duration interval = std::clamp(rtt_, Duration(milliseconds(10)), Duration(milliseconds(200)));
    if (!changed_ || now - *changed_ >= interval) return true;
    return throughput && initialized_ && *throughput < rate_ / 2;
}

// About one packet more per response time, as near a bottleneck each further packet may be the one that fills its
// queue.
double RateControl::additive_per_second() const {
    const double frame_bits = static_cast<double>(rate_) / 30;
    const double packets = std::ceil(frame_bits / (1200 * 8));
    const double response = seconds_of(rtt_ + milliseconds(100)) * 2;
    return std::max(kMinAdditive, frame_bits / std::max(packets, 1.0) / response);
}

}  // namespace klassenraum::bwe
