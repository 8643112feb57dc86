// VideoSender's streams with layers: VP9 and AV1.
#include <algorithm>

#include "bench/participant/frame_note.hpp"
#include "bench/participant/video_sender.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::bench {

// A layer costs what its picture costs beyond the one below.
void VideoSender::add_layers(const Camera& camera, std::size_t count, Entropy& entropy) {
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t rate = camera.bits_per_second[i] - below;
        below = camera.bits_per_second[i];
        layers_.push_back({.encoder = VideoEncoder(camera.frames_per_second, 3, rate, camera.unevenness, entropy),
                           .nominal_rate = rate});
    }
    Encoding& encoding = encodings_.emplace_back(
        Encoding{.encoder = VideoEncoder(camera.frames_per_second, 3, below, camera.unevenness, entropy)});
    encoding.ssrc = entropy.u32() | 1U;
    encoding.rtx_ssrc = entropy.u32() | 1U;
    encoding.nominal_rate = below;
    encoding.first_timestamp = entropy.u32();
    encoding.height = camera.heights[count - 1];
    encoding.sequence = static_cast<std::uint16_t>(entropy.u32());
    encoding.sent.resize(kSentPackets);
}

std::size_t VideoSender::active_layers() const {
    return static_cast<std::size_t>(std::ranges::find(layers_, false, &Layer::active) - layers_.begin());
}

void VideoSender::encode_layers(bool key, Instant now) {
    const std::size_t layers = active_layers();
    if (layers == 0) return;
    if (key) ++key_frames_;
    LayerPacket packet{.layers = static_cast<std::uint8_t>(layers)};
    for (std::size_t i = 0; i < layers; ++i) {
        const EncodedFrame frame = layers_[i].encoder.encode(key);
        if (i == 0) packet.picture = frame;
        packet.spatial = static_cast<std::uint8_t>(i);
        packetize_layer(packet, frame.octets, now);
    }
}

void VideoSender::packetize_layer(LayerPacket packet, std::size_t octets, Instant now) {
    constexpr std::size_t kDependency = 80;  // with a structure
    constexpr std::size_t kRoom = kPayloadBudget - kVp9Descriptor - kVp9Structure - FrameNote::kSize - kDependency;
    Encoding& encoding = encodings_.front();
    const std::size_t parts = (octets + kRoom - 1) / kRoom;
    for (std::size_t part = 0; part < parts; ++part) {
        packet.begins = part == 0;
        packet.ends = part + 1 == parts;
        const std::size_t share = octets / parts + (part < octets % parts ? 1 : 0);
        std::array<std::uint8_t, kVp9Descriptor + kVp9Structure> descriptor;
        ByteWriter front(descriptor);
        if (codec_ == rtp::Codec::Vp9) write_vp9_descriptor(front, packet, heights_);
        if (codec_ == rtp::Codec::Av1) front.u8(0x10);  // the aggregation header: one OBU element
        const bool marker = packet.ends && packet.spatial + 1 == packet.layers;
        SentPacket& sent = new_packet(encoding, marker, front.position() + FrameNote::kSize + share, now);
        if (codec_ == rtp::Codec::Av1) sent.dependency = dependencies_.write(packet);
        ByteWriter out(MutableBytes(sent.octets).subspan(rtp::kFixedHeaderSize));
        out.bytes(ByteView(descriptor).first(front.position()));
        write_note(out, {.source = source_,
                         .frame = packet.picture.frame,
                         .reference = packet.picture.reference,
                         .captured = now,
                         .height = heights_[packet.spatial],
                         .part = static_cast<std::uint16_t>(part),
                         .parts = static_cast<std::uint16_t>(parts),
                         .encoding = packet.spatial});
        out.zeros(out.remaining());
        queue_.push_back({0, sent.sequence, false});
    }
}

}  // namespace klassenraum::bench
