#include "protocol/bridge/standing_queue.hpp"

#include <algorithm>

#include "protocol/bridge/limits.hpp"

namespace klassenraum::bridge {

void StandingQueue::remember(Duration delay, Instant now) {
    if (!least_ || now - least_since_ >= kLeastDelayWindow) {
        least_before_ = least_ ? *least_ : delay;
        least_ = delay;
        least_since_ = now;
    }
    least_ = std::min(*least_, delay);
}

bool StandingQueue::note(Duration delay, Instant now) {
    remember(delay, now);
    if (delay <= std::min(*least_, *least_before_) + kQueueTolerated) {
        since_.reset();
        told_.reset();
        fruitless_ = 0;
        return false;
    }
    if (!since_) since_ = now;
    if (now - *since_ < kQueueStands || (told_ && now - *told_ < kQueueDrains)) return false;
    fruitless_ = told_ && delay > delay_told_ - kQueueShrinks ? fruitless_ + 1 : 0;
    if (fruitless_ == kFruitlessSteps) {  // it is no queue of ours
        least_ = least_before_ = delay;
        since_.reset();
        told_.reset();
        fruitless_ = 0;
        return false;
    }
    told_ = now;
    delay_told_ = delay;
    return true;
}

}  // namespace klassenraum::bridge
