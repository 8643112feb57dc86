#include "protocol/rtp/h264.hpp"

namespace klassenraum::rtp {

namespace {

enum : std::uint8_t { kSps = 7, kStapA = 24, kFuA = 28 };

bool starts_key_frame(std::uint8_t unit_type) {
    return unit_type == kSps;
}

}  // namespace

bool h264_key_frame(ByteView payload) {
    ByteReader in(payload);
    const std::uint8_t type = in.u8() & 0x1f;
    if (type == kFuA) {
        // RFC 6184 §5.8: S(1) E(1) R(1) Type(5); decoding cannot begin in the middle of a unit.
        const std::uint8_t header = in.u8();
        return (header & 0x80) != 0 && starts_key_frame(header & 0x1f);
    }
    if (type != kStapA) return starts_key_frame(type);
    // RFC 6184 §5.7.1: size(16) and unit, as often as they fit.
    while (in.remaining() > 0) {
        const ByteView unit = in.bytes(in.u16());
        if (!in.ok() || unit.empty()) return false;
        if (starts_key_frame(unit[0] & 0x1f)) return true;
    }
    return false;
}

}  // namespace klassenraum::rtp
