#include "protocol/bridge/standing_queue.hpp"

#include "protocol/bridge/limits.hpp"

namespace klassenraum::bridge {

StandingQueue::Verdict StandingQueue::note(Duration delay, Instant now) {
    if (delay <= kQueueTolerated) {
        reset();
        return Verdict::Nothing;
    }
    if (!since_) since_ = now;
    if (now - *since_ < kQueueStands || (told_ && now - *told_ < kQueueDrains)) return Verdict::Nothing;
    fruitless_ = told_ && delay > delay_told_ - kQueueShrinks ? fruitless_ + 1 : 0;
    if (fruitless_ == kFruitlessSteps) {
        reset();
        return Verdict::NotOurs;
    }
    // No less need be sent while it goes away by itself.
    const bool draining = told_ && 3 * delay < 2 * delay_told_;
    told_ = now;
    delay_told_ = delay;
    return draining ? Verdict::Nothing : Verdict::Stands;
}

void StandingQueue::reset() {
    since_.reset();
    told_.reset();
    fruitless_ = 0;
}

}  // namespace klassenraum::bridge
