#include "protocol/projection/video_packet.hpp"

#include "protocol/rtp/h264.hpp"

namespace klassenraum::projection {

std::optional<VideoPacket> VideoParser::parse(const rtp::Packet& packet, std::uint8_t encoding) {
    const rtp::PayloadType* type = rtp::payload_type(packet.payload_type());
    if (type == nullptr || type->channels != 0 || encoding >= kMaxEncodings) return std::nullopt;
    VideoPacket out;
    out.codec = type->codec;
    out.encoding = encoding;
    out.timestamp = packet.timestamp();
    out.marker = packet.marker();
    out.frame_end = out.marker;
    out.padding_only = packet.padding_only();
    out.clock = &clock_;
    if (!out.padding_only) {
        if (type->codec == rtp::Codec::Vp8) parse_vp8(packet.payload(), out);
        if (type->codec == rtp::Codec::Vp9) parse_vp9(packet.payload(), out);
        if (type->codec == rtp::Codec::H264) out.key_frame = rtp::h264_key_frame(packet.payload());
        // AV1 RTP §4.4: Z Y W(2) N, where N begins a coded video sequence.
        if (type->codec == rtp::Codec::Av1) out.key_frame = (packet.payload()[0] & 0x08) != 0;
        if (type->codec == rtp::Codec::Vp8 && !out.vp8) return std::nullopt;
        if (type->codec == rtp::Codec::Vp9 && !out.vp9) return std::nullopt;
    }
    out.sequence = sequences_[encoding].unwrap(packet.sequence());
    out.highest = sequences_[encoding].highest();
    const bool describes_itself = type->codec == rtp::Codec::Vp8 || type->codec == rtp::Codec::Vp9;
    const auto dependency = packet.extension(rtp::kDependencyDescriptorId);
    if (!out.padding_only && !describes_itself && dependency) parse_dependency(*dependency, out);
    return out;
}

const rtp::TemplateStructure* VideoParser::structure(std::uint8_t encoding) const {
    if (encoding >= kMaxEncodings || structures_ == nullptr) return nullptr;
    const Structures& known = (*structures_)[encoding];
    return known.since[known.newest] < 0 ? nullptr : &known.slots[known.newest];
}

void VideoParser::parse_vp8(ByteView payload, VideoPacket& out) const {
    out.vp8 = rtp::parse_vp8(payload);
    if (!out.vp8) return;
    out.frame_start = out.vp8->frame_start;
    out.key_frame = out.vp8->key_frame;
    if (!out.vp8->picture_id) return;
    out.descriptor = Descriptor::Vp8;
    out.number = *out.vp8->picture_id;
    out.temporal = out.vp8->temporal.value_or(0);
}

void VideoParser::parse_vp9(ByteView payload, VideoPacket& out) const {
    out.vp9 = rtp::parse_vp9(payload);
    if (!out.vp9) return;
    out.frame_start = out.vp9->frame_start;
    out.frame_end = out.vp9->frame_end;
    out.key_frame = out.vp9->key_frame();
    if (!out.vp9->picture_id) return;
    out.descriptor = Descriptor::Vp9;
    out.number = *out.vp9->picture_id;
    out.spatial = out.vp9->spatial;
    out.temporal = out.vp9->temporal;
}

void VideoParser::parse_dependency(ByteView extension, VideoPacket& out) {
    constexpr std::size_t kScratch = 2;
    if (structures_ == nullptr) structures_ = std::make_unique<std::array<Structures, kMaxEncodings>>();
    Structures& known = (*structures_)[out.encoding];
    const std::uint8_t older = known.newest ^ 1;
    // The structure in force where this packet stands in the stream.
    std::uint8_t slot = known.newest;
    if (known.since[slot] > out.sequence && known.since[older] >= 0) slot = older;
    const bool in_force = known.since[slot] >= 0 && known.since[slot] <= out.sequence;

    out.descriptor = Descriptor::Unreadable;
    out.key_frame = false;
    out.dependency =
        rtp::parse_dependency_descriptor(extension, in_force ? &known.slots[slot] : nullptr, known.slots[kScratch]);
    if (!out.dependency) return;
    if (out.dependency->has_structure) {
        if (out.sequence > known.since[known.newest]) {
            slot = known.newest = older;
        } else if (out.sequence != known.since[slot]) {
            slot = older;
        }
        known.slots[slot] = known.slots[kScratch];
        known.since[slot] = out.sequence;
        known.slots[slot].active_decode_targets = out.dependency->has_active_decode_targets
                                                      ? out.dependency->active_decode_targets
                                                      : known.slots[slot].all_decode_targets();
    } else if (out.dependency->has_active_decode_targets && out.sequence == out.highest) {
        known.slots[slot].active_decode_targets = out.dependency->active_decode_targets;
    }
    out.descriptor = Descriptor::Dependency;
    out.structure = &known.slots[slot];
    out.number = out.dependency->frame_number;
    out.spatial = out.dependency->spatial;
    out.temporal = out.dependency->temporal;
    out.frame_start = out.dependency->frame_start;
    out.frame_end = out.dependency->frame_end;
    out.key_frame = out.frame_start && out.dependency->key_frame();
}

}  // namespace klassenraum::projection
