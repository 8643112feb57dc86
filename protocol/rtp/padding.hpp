// RFC 3550 §5.1: octets behind the payload that every receiver takes off again, so that packets become equally long.
#pragma once

#include <algorithm>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::rtp {

// Pads the packet in the first `size` octets of the slot; its new length, or the old one where there is no room or
// there is padding already.
inline std::size_t add_padding(MutableBytes slot, std::size_t size, std::size_t octets) {
    constexpr std::uint8_t kPadded = 0x20;
    if (octets == 0 || octets > 255 || size < kFixedHeaderSize || size + octets > slot.size()) return size;
    if ((slot[0] & kPadded) != 0) return size;
    slot[0] |= kPadded;
    std::ranges::fill(slot.subspan(size, octets - 1), std::uint8_t{0});
    slot[size + octets - 1] = static_cast<std::uint8_t>(octets);
    return size + octets;
}

}  // namespace klassenraum::rtp
