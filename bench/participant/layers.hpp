// How a picture of several layers on one SSRC is written: VP9's payload descriptor (RFC 9628, non-flexible mode) and
// AV1's Dependency Descriptor, as Chromium sends L3T3_KEY: spatial layers are encoded from one another in key pictures
// only. Pure functions and the numbers of one stream. Owned by VideoSender.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/participant/limits.hpp"
#include "bench/participant/video_encoder.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/rtp/bits.hpp"

namespace klassenraum::bench {

// One packet's place in a picture.
struct LayerPacket {
    EncodedFrame picture = {};  // the lowest layer's
    std::uint8_t spatial = 0;
    std::uint8_t layers = 1;  // of this picture
    bool begins = false;      // the layer's frame
    bool ends = false;
};

void write_vp9_descriptor(ByteWriter& out, const LayerPacket& packet, const std::vector<std::uint16_t>& heights);
inline constexpr std::size_t kVp9Descriptor = 5;
inline constexpr std::size_t kVp9Structure = 1 + 4 * kMaxEncodings;

// Numbers the frames and says what each is encoded from.
class DependencyWriter {
public:
    explicit DependencyWriter(std::vector<std::uint16_t> heights) : heights_(std::move(heights)) {}
    // Of the packet's frame; a packet that begins a frame gives it the next number.
    std::vector<std::uint8_t> write(const LayerPacket& packet);

private:
    void write_structure(rtp::BitWriter& bits) const;
    std::vector<std::uint16_t> heights_;
    std::uint16_t number_ = 0;
    // Frame numbers by picture and layer.
    std::array<std::array<std::uint16_t, kMaxEncodings>, 16> numbers_{};
};

}  // namespace klassenraum::bench
