#include "protocol/bridge/budget.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr Duration kPause = std::chrono::seconds(8);
constexpr Duration kLongestPause = std::chrono::seconds(120);
constexpr Duration kFailedWithin = std::chrono::seconds(60);  // a fall so soon after a rise: the rise was wrong
constexpr Duration kPatience = std::chrono::seconds(2);
constexpr Duration kFallsOn = std::chrono::milliseconds(1200);  // the estimate, when it fell so lately
constexpr Duration kLongestStrain = std::chrono::seconds(10);
constexpr Duration kKeyFrames = std::chrono::seconds(3);  // better layers begin with key frames, a burst of their own
constexpr double kStrainOfKeyFrames = 2;
constexpr double kSmallStrain = 1.2;  // of the estimate: one overuse takes it 15 % below what got through
constexpr double kCollapse = 1.5;
constexpr double kMargin = 1.1;      // over what failed, that a probe must show …
constexpr double kMoreMargin = 0.2;  // … and that much more each time it failed again
constexpr double kMostMargin = 1.8;
constexpr double kBelow = 0.95;  // of what failed may be used meanwhile

}  // namespace

bwe::BitsPerSecond Budget::update(bwe::BitsPerSecond estimate, bwe::BitsPerSecond used, const Line& line, Instant now) {
    if (used > estimate) {
        if (!strained_since_) strained_since_ = now;
        if (bearable(estimate, used, line, now)) return used;
        if (static_cast<double>(used) > kCollapse * static_cast<double>(estimate)) collapsed_at_ = now;
        lower(used, now);
        return estimate;
    }
    strained_since_.reset();
    if (!lowered_at_ || now - *lowered_at_ >= pause_) return estimate;
    const double enough = margin_ * static_cast<double>(failed_);
    const bool shown = line.proven && line.proven->at > *lowered_at_ && static_cast<double>(line.proven->rate) > enough;
    if (shown) return estimate;
    const auto below = static_cast<bwe::BitsPerSecond>(kBelow * static_cast<double>(failed_));
    return std::min(estimate, std::max(below, used));
}

bool Budget::falling(Instant now) const {
    return strained() || (lowered_at_ && now - *lowered_at_ < kPatience);
}

// For a while, or for as long as the line takes it: an estimate that falls no further is only behind.
bool Budget::bearable(bwe::BitsPerSecond estimate, bwe::BitsPerSecond used, const Line& line, Instant now) const {
    const bool just_raised = raised_at_ && now - *raised_at_ < kKeyFrames;
    if (line.queue_stands && !just_raised) return false;
    const double most = just_raised ? kStrainOfKeyFrames : kSmallStrain;
    if (static_cast<double>(used) > most * static_cast<double>(estimate)) return false;
    const Duration strained = now - *strained_since_;
    if (strained < kPatience) return true;
    const bool falls_on = line.lowered_at && now - *line.lowered_at < kFallsOn;
    return !falls_on && strained < kLongestStrain;
}

void Budget::lower(bwe::BitsPerSecond used, Instant now) {
    strained_since_.reset();
    // Several steps down are one fall.
    const bool falling = lowered_at_ && now - *lowered_at_ < kPatience;
    if (!falling) {
        const bool again = lowered_at_ && raised_at_ && now - *raised_at_ < kFailedWithin;
        pause_ = again ? std::min(2 * std::max<Duration>(pause_, kPause), Duration(kLongestPause)) : Duration(kPause);
        margin_ = again ? std::min(margin_ + kMoreMargin, kMostMargin) : kMargin;
        failed_ = used;
    }
    lowered_at_ = now;
}

}  // namespace klassenraum::bridge
