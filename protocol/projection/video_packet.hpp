// A video packet as projections see it: parsed once per packet, however many receivers there are. VideoParser holds
// what parsing needs from earlier packets (extended sequence numbers, dependency structures); one per source.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "protocol/projection/limits.hpp"
#include "protocol/projection/sender_clock.hpp"
#include "protocol/rtp/dependency_descriptor.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/rtp/sequence.hpp"
#include "protocol/rtp/vp8.hpp"
#include "protocol/rtp/vp9.hpp"

namespace klassenraum::projection {

// What the packet says about its frame. Generic: no frame numbers, hence no layers (H264, AV1 without descriptor, VP8
// without PictureID). Unreadable: a dependency descriptor whose structure was lost; nothing but a key frame helps.
enum class Descriptor : std::uint8_t { Generic, Vp8, Vp9, Dependency, Unreadable };

struct VideoPacket {
    rtp::Codec codec = rtp::Codec::Vp8;
    Descriptor descriptor = Descriptor::Generic;
    std::uint8_t encoding = 0;
    std::int64_t sequence = 0;  // extended, of this encoding
    std::int64_t highest = 0;   // the highest of this encoding so far
    std::uint32_t timestamp = 0;
    bool marker = false;
    bool padding_only = false;
    bool frame_start = false;
    bool frame_end = false;
    bool key_frame = false;  // the packet with which decoding can begin
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    std::uint16_t number = 0;  // PictureID (15 bits) or frame number (16 bits)
    std::optional<rtp::Vp8Descriptor> vp8;
    std::optional<rtp::Vp9Descriptor> vp9;
    std::optional<rtp::DependencyDescriptor> dependency;
    // Views for the duration of the call: the structure in force, and the source's clock.
    const rtp::TemplateStructure* structure = nullptr;
    const SenderClock* clock = nullptr;

    // Numbers wrap behind this.
    std::uint16_t number_mask() const {
        if (descriptor == Descriptor::Dependency) return 0xffff;
        return (vp8 && !vp8->long_picture_id) || (vp9 && !vp9->long_picture_id) ? 0x7f : 0x7fff;
    }
    std::optional<std::uint8_t> tl0_picture_index() const {
        return vp8 ? vp8->tl0_picture_index : vp9 ? vp9->tl0_picture_index : std::nullopt;
    }
};

class VideoParser {
public:
    // `encoding` is the index of the packet's SSRC among the source's (after RTX decapsulation). None: drop it
    // (UnknownPayloadType or RtpMalformed).
    std::optional<VideoPacket> parse(const rtp::Packet& packet, std::uint8_t encoding);

    // RTCP sender reports of this source.
    SenderClock& clock() { return clock_; }
    // The newest dependency structure of an encoding, null when there is none.
    const rtp::TemplateStructure* structure(std::uint8_t encoding) const;

private:
    // The present structure, its forerunner for late packets, and room to parse another.
    struct Structures {
        std::array<rtp::TemplateStructure, 3> slots{};
        std::array<std::int64_t, 2> since{-1, -1};  // sequence number of the packet that brought it
        std::uint8_t newest = 0;
    };
    void parse_vp8(ByteView payload, VideoPacket& out) const;
    void parse_vp9(ByteView payload, VideoPacket& out) const;
    void parse_dependency(ByteView extension, VideoPacket& out);

    std::array<rtp::SequenceUnwrapper, kMaxEncodings> sequences_;
    std::unique_ptr<std::array<Structures, kMaxEncodings>> structures_;  // null until a descriptor comes
    SenderClock clock_{90000};
};

}  // namespace klassenraum::projection
