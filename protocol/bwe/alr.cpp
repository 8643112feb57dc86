#include "protocol/bwe/alr.hpp"

#include <algorithm>

namespace klassenraum::bwe {
namespace {

constexpr double kUsage = 0.65;      // share of the estimate that counts as using it
constexpr double kStart = 0.80;      // unused share of the budget at which the region begins
constexpr double kStop = 0.50;
constexpr double kWindowSeconds = 0.5;

}  // namespace

void AlrDetector::sent(std::uint32_t octets, Instant now, BitsPerSecond estimate) {
    const double rate = static_cast<double>(estimate) * kUsage / 8;
    const double most = rate * kWindowSeconds;
    if (updated_) budget_octets_ = std::min(most, budget_octets_ + rate * seconds_of(now - *updated_));
    updated_ = now;
    budget_octets_ = std::max(-most, budget_octets_ - octets);
    if (most <= 0) return;
    const double unused = budget_octets_ / most;
    if (unused > kStart && !since_) since_ = now;
    if (unused < kStop) since_.reset();
}

}  // namespace klassenraum::bwe
