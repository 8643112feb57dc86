#include "protocol/bwe/arrival.hpp"

#include <algorithm>

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;
constexpr Duration kGroupLength = milliseconds(5);
constexpr Duration kBurstGap = milliseconds(5);
constexpr Duration kBurstLength = milliseconds(100);
constexpr Duration kClockJump = std::chrono::seconds(3);  // the receiver's clock ran away from ours: start again
constexpr int kReorderedToReset = 3;

}  // namespace

std::optional<ArrivalGrouping::Delta> ArrivalGrouping::add(Instant sent, Instant arrived, Instant reported) {
    std::optional<Delta> delta;
    if (!current_) {
        current_ = Group{sent, sent, arrived, arrived, reported};
        return delta;
    }
    if (sent < current_->first_sent) return delta;  // reordered on the way: says nothing about a queue
    if (opens_group(sent, arrived)) {
        if (previous_) {
            delta = delta_of_complete_groups();
            if (!current_) return delta;  // was reset
        }
        previous_ = current_;
        current_ = Group{sent, sent, arrived, arrived, reported};
        return delta;
    }
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->complete = arrived;
    current_->reported = reported;
    return delta;
}

std::optional<ArrivalGrouping::Delta> ArrivalGrouping::delta_of_complete_groups() {
    const Delta delta{current_->last_sent - previous_->last_sent, current_->complete - previous_->complete};
    if (delta.arrival - (current_->reported - previous_->reported) >= kClockJump) {
        reset();
        return std::nullopt;
    }
    if (delta.arrival < Duration::zero()) {
        if (++reordered_ >= kReorderedToReset) reset();
        return std::nullopt;
    }
    reordered_ = 0;
    return delta;
}

bool ArrivalGrouping::opens_group(Instant sent, Instant arrived) const {
    if (belongs_to_burst(sent, arrived)) return false;
    return sent - current_->first_sent > kGroupLength;
}

bool ArrivalGrouping::belongs_to_burst(Instant sent, Instant arrived) const {
    const Duration send_gap = sent - current_->last_sent;
    if (send_gap == Duration::zero()) return true;
    const Duration arrival_gap = arrived - current_->complete;
    return arrival_gap - send_gap < Duration::zero() && arrival_gap <= kBurstGap &&
           arrived - current_->first_arrived < kBurstLength;
}

void ArrivalGrouping::reset() {
    current_.reset();
    previous_.reset();
    reordered_ = 0;
}

}  // namespace klassenraum::bwe
