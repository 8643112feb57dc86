#include "protocol/bridge/overload.hpp"

#include <algorithm>
#include <array>

namespace klassenraum::bridge {

namespace {

// Shares of the limit. Between "give back" and "take away" nothing changes: what a step takes away must not by itself
// bring the load below where it is given back.
constexpr double kGiveBack = 0.80;
constexpr double kReopen = 0.90;
constexpr double kTakeAway = 1.10;
constexpr double kSmoothing = 0.5;                     // per measurement: one odd second is no overload
constexpr Duration kStepUp = std::chrono::seconds(3);  // until the last step shows in the load
constexpr Duration kStepDown = std::chrono::seconds(15);

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
constexpr std::int32_t kAnyHeight = std::numeric_limits<std::int32_t>::max();
constexpr std::array<VideoCap, Overload::kMostLevel + 1> kCaps{
    {{kAll, kAnyHeight}, {16, kAnyHeight}, {9, kAnyHeight}, {4, kAnyHeight}, {2, kAnyHeight}, {2, 360}, {2, 180}}};

}  // namespace

double Overload::share_of_limit(const Load& load) const {
    double share = limits_.cpu_share > 0 ? load.cpu_share / limits_.cpu_share : 0;
    if (limits_.egress_bps > 0) {
        share = std::max(share, static_cast<double>(load.egress_bps) / static_cast<double>(limits_.egress_bps));
    }
    return share;
}

bool Overload::update(const Load& load, Instant now) {
    const double share = share_of_limit(load);
    smoothed_ = measured_ ? smoothed_ + kSmoothing * (share - smoothed_) : share;
    if (!measured_) eased_ = now;
    measured_ = true;
    const int level_before = level_;
    const bool full_before = full_;
    full_ = smoothed_ >= 1 || (full_ && smoothed_ >= kReopen) || level_ > 0;
    if (smoothed_ >= kGiveBack) eased_ = now;
    if (smoothed_ >= kTakeAway && level_ < kMostLevel && (level_ == 0 || now - stepped_ >= kStepUp)) {
        ++level_;
        stepped_ = now;
    } else if (level_ > 0 && now - eased_ >= kStepDown && now - stepped_ >= kStepDown) {
        --level_;
        stepped_ = now;
    }
    return level_ != level_before || full_ != full_before;
}

VideoCap Overload::cap() const {
    return kCaps[static_cast<std::size_t>(level_)];
}

}  // namespace klassenraum::bridge
