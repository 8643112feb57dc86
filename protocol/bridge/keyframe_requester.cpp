#include "protocol/bridge/keyframe_requester.hpp"

#include <algorithm>

namespace klassenraum::bridge {

void KeyframeRequester::request(std::size_t encoding, Instant now) {
    const bool waiting = wanted_ != 0;
    wanted_ = static_cast<std::uint8_t>(wanted_ | 1U << encoding);
    retries_ = 0;
    const Instant earliest = sent_ ? *sent_ + interval_ : now;
    due_ = waiting ? std::min(due_, std::max(now, earliest)) : std::max(now, earliest);
}

std::optional<std::size_t> KeyframeRequester::expire(Instant now) {
    if (wanted_ == 0 || now < due_) return std::nullopt;
    if (retries_ > kMaxKeyframeRetries) {
        wanted_ = 0;
        return std::nullopt;
    }
    ++retries_;
    do {
        last_named_ = (last_named_ + 1) % kMaxEncodings;
    } while ((static_cast<unsigned>(wanted_) >> last_named_ & 1U) == 0);
    sent_ = now;
    due_ = now + std::max(kKeyframeRetry, interval_);
    return last_named_;
}

std::optional<Instant> KeyframeRequester::deadline() const {
    return wanted_ == 0 ? std::nullopt : std::optional<Instant>(due_);
}

bool KeyframeAllowance::take(Instant now) {
    const std::optional<Instant>& latest = taken_[(next_ + kKeyframesPerReceiver - 1) % kKeyframesPerReceiver];
    const auto recent = std::count_if(taken_.begin(), taken_.end(), [now](const std::optional<Instant>& taken) {
        return taken && now - *taken < kKeyframeWindow;
    });
    if (recent != 0 && now - *latest < kKeyframeWaits[static_cast<std::size_t>(recent) - 1]) return false;
    taken_[next_] = now;
    next_ = (next_ + 1) % kKeyframesPerReceiver;
    return true;
}

}  // namespace klassenraum::bridge
