// Numbers that wrap: comparison and extension of RTP sequence numbers and timestamps (RFC 3550 appendix A.1, RFC 1982).
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace klassenraum::rtp {

// How far `to` is ahead of `from`, negative when it lies behind; half the range counts as behind.
constexpr std::int32_t distance(std::uint16_t from, std::uint16_t to) {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}
constexpr std::int32_t distance(std::uint32_t from, std::uint32_t to) {
    return static_cast<std::int32_t>(to - from);
}

template <typename Unsigned>
constexpr bool newer(Unsigned value, Unsigned than) {
    return distance(than, value) > 0;
}

// Gives each number the extended value nearest to the highest one seen. The first value keeps its octets and gets one
// cycle, so that packets reordered before it stay positive.
template <typename Unsigned>
class Unwrapper {
public:
    static constexpr std::int64_t kCycle = std::int64_t{std::numeric_limits<Unsigned>::max()} + 1;

    // Does not move the highest value.
    std::int64_t peek(Unsigned value) const {
        if (!started_) return kCycle + value;
        return highest_ + distance(static_cast<Unsigned>(highest_), value);
    }
    std::int64_t unwrap(Unsigned value) {
        const std::int64_t extended = peek(value);
        if (!started_ || extended > highest_) highest_ = extended;
        started_ = true;
        return extended;
    }
    bool started() const { return started_; }
    std::int64_t highest() const { return highest_; }

private:
    std::int64_t highest_ = 0;
    bool started_ = false;
};

using SequenceUnwrapper = Unwrapper<std::uint16_t>;
using TimestampUnwrapper = Unwrapper<std::uint32_t>;

}  // namespace klassenraum::rtp
