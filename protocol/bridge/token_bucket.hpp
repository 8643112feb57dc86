// A rate with a burst: tokens drip in, each act takes some. Used for channel messages, retransmissions and the uplink.
#pragma once

#include <algorithm>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class TokenBucket {
public:
    TokenBucket(std::uint32_t per_second, std::uint32_t burst)
        : per_second_(per_second), capacity_(std::int64_t{burst} * kScale), level_(capacity_) {}

    // Takes `count` tokens, or none and false.
    bool take(std::uint32_t count, Instant now) {
        if (now > last_) {
            // A minute fills any bucket; the cap keeps the product within 64 bits.
            const std::int64_t elapsed_us = std::min<std::int64_t>((now - last_).count(), 60'000'000);
            level_ = std::min(capacity_, level_ + elapsed_us * per_second_);
            last_ = now;
        }
        const std::int64_t price = std::int64_t{count} * kScale;
        if (price > level_) return false;
        level_ -= price;
        return true;
    }

private:
    static constexpr std::int64_t kScale = 1'000'000;  // one token; a microsecond adds per_second_ of these parts

    std::int64_t per_second_;
    std::int64_t capacity_;
    std::int64_t level_;
    Instant last_{};
};

}  // namespace klassenraum::bridge
