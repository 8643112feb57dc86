// VP8 payload descriptor (RFC 7741 §4.2) and the first octets of a key frame (§4.3). With end-to-end encryption only
// the first ten (key) or three payload octets are clear, so nothing behind them is read and the height is a hint.
#pragma once

#include <optional>

#include "protocol/core/bytes.hpp"

namespace klassenraum::rtp {

struct Vp8Descriptor {
    std::size_t size = 0;  // octets before the VP8 payload
    bool start_of_partition = false;
    std::uint8_t partition = 0;
    bool non_reference = false;
    bool frame_start = false;  // S = 1 and PID = 0
    bool key_frame = false;    // only the first packet of a frame can tell
    std::optional<std::uint16_t> picture_id;
    bool long_picture_id = false;  // 15 bits
    std::optional<std::uint8_t> tl0_picture_index;
    std::optional<std::uint8_t> temporal;
    bool layer_sync = false;              // Y: depends on layer 0 only
    std::optional<std::uint16_t> height;  // of a key frame
    std::uint8_t picture_id_offset = 0;
    std::uint8_t tl0_offset = 0;
};

std::optional<Vp8Descriptor> parse_vp8(ByteView payload);
// In place; the widths stay (a 7-bit PictureID keeps its low 7 bits). Fields that are absent are ignored.
void rewrite_vp8(MutableBytes payload,
                 const Vp8Descriptor& descriptor,
                 std::uint16_t picture_id,
                 std::uint8_t tl0_picture_index);

}  // namespace klassenraum::rtp
