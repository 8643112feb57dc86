#include "protocol/bridge/budget.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr Duration kPause = std::chrono::seconds(8);
constexpr Duration kLongestPause = std::chrono::seconds(120);
constexpr Duration kFailedWithin = std::chrono::seconds(60);  // a drop so soon after a rise: the rise was wrong
constexpr Duration kPatience = std::chrono::seconds(2);
constexpr Duration kKeyFrames = std::chrono::seconds(3);  // better layers begin with key frames, a burst of their own
constexpr double kStrainOfKeyFrames = 1.5;
constexpr double kAnotherLine = 1.4;
constexpr double kSmallStrain = 1.2;  // of the estimate: one overuse takes it 15 % below what got through

}  // namespace

bwe::BitsPerSecond Budget::update(bwe::BitsPerSecond estimate,
                                  bwe::BitsPerSecond used,
                                  std::optional<Proof> proven,
                                  Instant now) {
    if (!granted_) granted_ = estimate;
    if (used > estimate) {
        if (!strained_since_) strained_since_ = now;
        const bool just_raised = raised_at_ && now - *raised_at_ < kKeyFrames;
        const double bearable = just_raised ? kStrainOfKeyFrames : kSmallStrain;
        const bool small = static_cast<double>(used) <= bearable * static_cast<double>(estimate);
        if (small && now - *strained_since_ < kPatience) return used;
        lower(estimate, now);
        return estimate;
    }
    strained_since_.reset();
    if (estimate <= *granted_) {
        granted_ = estimate;
        return estimate;
    }
    const bool waiting = lowered_at_ && now - *lowered_at_ < pause_;
    // Where raising failed before, only a line that has plainly become another one counts.
    const double enough = (pause_ <= kPause ? 1.0 : kAnotherLine) * static_cast<double>(*granted_);
    const bool shown = proven && lowered_at_ && proven->at > *lowered_at_ && static_cast<double>(proven->rate) > enough;
    if (waiting && !shown) return *granted_;
    granted_ = estimate;
    return estimate;
}

bool Budget::falling(Instant now) const {
    return strained() || (lowered_at_ && now - *lowered_at_ < kPatience);
}

void Budget::lower(bwe::BitsPerSecond estimate, Instant now) {
    strained_since_.reset();
    granted_ = estimate;
    // Several steps down are one fall.
    const bool falling = lowered_at_ && now - *lowered_at_ < kPatience;
    if (!falling) {
        const bool failed = raised_at_ && now - *raised_at_ < kFailedWithin && lowered_at_;
        pause_ = failed ? std::min(2 * std::max<Duration>(pause_, kPause), Duration(kLongestPause)) : Duration(kPause);
    }
    lowered_at_ = now;
}

}  // namespace klassenraum::bridge
