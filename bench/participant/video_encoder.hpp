// One encoding of a synthetic VP8 camera: when frames come, how large they are, what they depend on and which PictureID
// and TL0PICIDX they carry (RFC 7741 §4.2), with libvpx's temporal patterns. Owned by VideoSender.
#pragma once

#include <cstdint>

#include "protocol/core/entropy.hpp"

namespace klassenraum::bench {

struct EncodedFrame {
    std::uint32_t frame = 0;
    std::uint32_t reference = 0;
    std::size_t octets = 0;
    std::uint16_t picture_id = 0;  // 15 bits
    std::uint8_t tl0_picture_index = 0;
    std::uint8_t temporal = 0;
    bool layer_sync = false;
    bool discardable = false;
    bool key = false;
};

class VideoEncoder {
public:
    VideoEncoder(std::uint32_t frames_per_second,
                 std::uint8_t temporal_layers,
                 std::uint32_t bits_per_second,
                 double unevenness,
                 Entropy& entropy);

    void set_rate(std::uint32_t bits_per_second) { bits_per_second_ = bits_per_second; }
    std::uint32_t rate() const { return bits_per_second_; }
    EncodedFrame encode(bool key);

private:
    std::size_t size_of(const EncodedFrame& frame);

    Entropy& entropy_;
    std::uint32_t frames_per_second_;
    std::uint8_t temporal_layers_;
    std::uint32_t bits_per_second_;
    double unevenness_;
    std::uint32_t next_frame_ = 0;
    std::uint32_t last_base_ = 0;    // the latest frame of layer 0
    std::uint32_t last_middle_ = 0;  // … of layer 1 since then, else the base
    std::uint32_t position_ = 0;     // in the temporal pattern
    std::uint16_t picture_id_;
    std::uint8_t tl0_picture_index_;
    double debt_ = 0;  // octets that a key frame took beyond its share
};

}  // namespace klassenraum::bench
