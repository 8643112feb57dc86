#include "protocol/rtp/vp8.hpp"

namespace klassenraum::rtp {

namespace {

// RFC 7741 §4.3: behind the three octets of the frame tag a key frame has a start code, width and height.
std::optional<std::uint16_t> key_frame_height(ByteView frame) {
    if (frame.size() < 10 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a) return std::nullopt;
    return static_cast<std::uint16_t>((frame[9] << 8 | frame[8]) & 0x3fff);
}

void parse_extended(ByteReader& in, Vp8Descriptor& out) {
    const std::uint8_t flags = in.u8();
    if ((flags & 0x80) != 0) {
        out.picture_id_offset = static_cast<std::uint8_t>(in.position());
        const std::uint8_t first = in.u8();
        out.long_picture_id = (first & 0x80) != 0;
        std::uint16_t id = first & 0x7f;
        if (out.long_picture_id) id = static_cast<std::uint16_t>(id << 8 | in.u8());
        out.picture_id = id;
    }
    if ((flags & 0x40) != 0) {
        out.tl0_offset = static_cast<std::uint8_t>(in.position());
        out.tl0_picture_index = in.u8();
    }
    // T and K share an octet; its TID and Y mean something only with T.
    if ((flags & 0x30) != 0) {
        const std::uint8_t layers = in.u8();
        if ((flags & 0x20) != 0) {
            out.temporal = static_cast<std::uint8_t>(layers >> 6);
            out.layer_sync = (layers & 0x20) != 0;
        }
    }
}

}  // namespace

std::optional<Vp8Descriptor> parse_vp8(ByteView payload) {
    Vp8Descriptor out;
    ByteReader in(payload);
    const std::uint8_t first = in.u8();
    out.non_reference = (first & 0x20) != 0;
    out.start_of_partition = (first & 0x10) != 0;
    out.partition = first & 0x07;
    out.frame_start = out.start_of_partition && out.partition == 0;
    if ((first & 0x80) != 0) parse_extended(in, out);
    if (!in.ok() || in.remaining() == 0) return std::nullopt;
    out.size = in.position();
    if (out.frame_start) {
        const ByteView frame = in.rest();
        out.key_frame = (frame[0] & 0x01) == 0;
        if (out.key_frame) out.height = key_frame_height(frame);
    }
    return out;
}

void rewrite_vp8(MutableBytes payload,
                 const Vp8Descriptor& descriptor,
                 std::uint16_t picture_id,
                 std::uint8_t tl0_picture_index) {
    if (descriptor.picture_id) {
        const std::size_t at = descriptor.picture_id_offset;
        if (descriptor.long_picture_id) {
            payload[at] = static_cast<std::uint8_t>(0x80 | (picture_id >> 8 & 0x7f));
            payload[at + 1] = static_cast<std::uint8_t>(picture_id);
        } else {
            payload[at] = picture_id & 0x7f;
        }
    }
    if (descriptor.tl0_picture_index) payload[descriptor.tl0_offset] = tl0_picture_index;
}

}  // namespace klassenraum::rtp
