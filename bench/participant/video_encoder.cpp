#include "bench/participant/video_encoder.hpp"

#include <algorithm>

#include "bench/participant/frame_note.hpp"

namespace klassenraum::bench {

VideoEncoder::VideoEncoder(std::uint32_t frames_per_second,
                           std::uint8_t temporal_layers,
                           std::uint32_t bits_per_second,
                           double unevenness,
                           Entropy& entropy)
    : entropy_(entropy),
      frames_per_second_(frames_per_second),
      temporal_layers_(temporal_layers),
      bits_per_second_(bits_per_second),
      unevenness_(unevenness),
      picture_id_(static_cast<std::uint16_t>(entropy.u32() & 0x7fff)),
      tl0_picture_index_(static_cast<std::uint8_t>(entropy.u32())) {}

// Three layers: 0 2 1 2, of which the second 2 is encoded from the 1; two layers: 0 1; one: 0.
EncodedFrame VideoEncoder::encode(bool key) {
    if (key) position_ = 0;
    EncodedFrame frame{.frame = next_frame_++, .key = key};
    picture_id_ = static_cast<std::uint16_t>((picture_id_ + 1) & 0x7fff);
    frame.picture_id = picture_id_;
    const std::uint32_t step = position_++ % (temporal_layers_ >= 3 ? 4 : temporal_layers_ == 2 ? 2 : 1);
    if (step == 0) {
        ++tl0_picture_index_;
        frame.reference = key ? FrameNote::kNone : last_base_;
        last_base_ = last_middle_ = frame.frame;
    } else if (temporal_layers_ == 2 || step == 2) {
        frame.temporal = 1;
        frame.reference = last_base_;
        frame.layer_sync = true;
        frame.discardable = temporal_layers_ == 2;
        last_middle_ = frame.frame;
    } else {
        frame.temporal = 2;
        frame.reference = last_middle_;
        frame.layer_sync = step == 1;
        frame.discardable = true;
    }
    frame.tl0_picture_index = tl0_picture_index_;
    frame.octets = size_of(frame);
    return frame;
}

// Layer 0 takes 40 % of the rate, with a quarter of the frames; a key frame six times the average, which the frames
// behind it save again.
std::size_t VideoEncoder::size_of(const EncodedFrame& frame) {
    constexpr double kKeyFrame = 6;
    constexpr double kSaving = 0.25;
    constexpr double kSmallest = 80;
    const double average = static_cast<double>(bits_per_second_) / 8 / frames_per_second_;
    double share = 1;
    if (temporal_layers_ >= 3) share = frame.temporal == 0 ? 1.6 : 0.8;
    if (temporal_layers_ == 2) share = frame.temporal == 0 ? 1.2 : 0.8;
    double octets = average * share * (1 - unevenness_ + 0.002 * unevenness_ * entropy_.below(1000));
    if (frame.key) {
        octets = average * kKeyFrame;
        debt_ += octets - average * share;
    } else if (debt_ > 0) {
        debt_ -= octets * kSaving;
        octets *= 1 - kSaving;
    }
    return static_cast<std::size_t>(std::max(octets, kSmallest));
}

}  // namespace klassenraum::bench
