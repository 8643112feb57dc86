#include "bench/participant/layers.hpp"

#include "protocol/rtp/bits.hpp"

namespace klassenraum::bench {

namespace {

constexpr std::uint32_t kTemporalLayers = 3;
// Templates of each spatial layer: of key pictures, then of temporal layers 0, 1 and 2.
constexpr std::uint32_t kTemplatesPerLayer = 4;
constexpr std::array<std::uint32_t, kTemplatesPerLayer> kTemporalOf{0, 0, 1, 2};
constexpr std::array<std::uint32_t, kTemplatesPerLayer> kPicturesBack{0, 4, 2, 1};

std::uint32_t template_of(const LayerPacket& packet) {
    return packet.spatial * kTemplatesPerLayer + (packet.picture.key ? 0 : 1U + packet.picture.temporal);
}

// Frames back, when every picture has all layers.
std::uint32_t usual_distance(std::uint32_t layers, std::uint32_t spatial, std::uint32_t of_template) {
    if (of_template == 0) return spatial == 0 ? 0 : 1;
    return kPicturesBack[of_template] * layers;
}

// Not present, discardable, switch, required: for the decode target of these layers.
std::uint32_t indication(std::uint32_t spatial, std::uint32_t of_template, std::uint32_t target) {
    const std::uint32_t highest = target / kTemporalLayers;
    const std::uint32_t fastest = target % kTemporalLayers;
    const std::uint32_t temporal = kTemporalOf[of_template];
    if (temporal > fastest || spatial > highest) return 0;
    if (spatial < highest) return of_template == 0 ? 3 : 0;
    return temporal == 0 || temporal < fastest ? 2 : 1;
}

}  // namespace

void write_vp9_descriptor(ByteWriter& out, const LayerPacket& packet, const std::vector<std::uint16_t>& heights) {
    const EncodedFrame& picture = packet.picture;
    const bool structure = picture.key && packet.spatial == 0 && packet.begins;
    out.u8(static_cast<std::uint8_t>(0xa0 | (picture.key ? 0 : 0x40) | (packet.begins ? 0x08 : 0) |
                                     (packet.ends ? 0x04 : 0) | (structure ? 0x02 : 0) | (picture.key ? 0 : 0x01)));
    out.u16(static_cast<std::uint16_t>(0x8000 | picture.picture_id));
    out.u8(static_cast<std::uint8_t>(picture.temporal << 5 | (picture.layer_sync ? 0x10 : 0) | packet.spatial << 1 |
                                     (picture.key && packet.spatial > 0 ? 1 : 0)));
    out.u8(picture.tl0_picture_index);
    if (!structure) return;
    out.u8(static_cast<std::uint8_t>((packet.layers - 1) << 5 | 0x10));
    for (std::size_t layer = 0; layer < packet.layers; ++layer) {
        out.u16(static_cast<std::uint16_t>(heights[layer] * 16 / 9));
        out.u16(heights[layer]);
    }
}

// AV1 RTP specification, A.8.3: template_dependency_structure(), without chains.
void DependencyWriter::write_structure(rtp::BitWriter& bits) const {
    const auto layers = static_cast<std::uint32_t>(heights_.size());
    const std::uint32_t targets = layers * kTemporalLayers;
    bits.bits(0, 6);  // template_id_offset
    bits.bits(targets - 1, 5);
    for (std::uint32_t spatial = 0; spatial < layers; ++spatial) {
        for (std::uint32_t i = 1; i < kTemplatesPerLayer; ++i)
            bits.bits(kTemporalOf[i] == kTemporalOf[i - 1] ? 0 : 1, 2);
        bits.bits(spatial + 1 == layers ? 3 : 2, 2);
    }
    for (std::uint32_t spatial = 0; spatial < layers; ++spatial) {
        for (std::uint32_t i = 0; i < kTemplatesPerLayer; ++i) {
            for (std::uint32_t target = 0; target < targets; ++target) bits.bits(indication(spatial, i, target), 2);
        }
    }
    for (std::uint32_t spatial = 0; spatial < layers; ++spatial) {
        for (std::uint32_t i = 0; i < kTemplatesPerLayer; ++i) {
            const std::uint32_t distance = usual_distance(layers, spatial, i);
            if (distance != 0) bits.bits(0x10 | (distance - 1), 5);
            bits.bits(0, 1);
        }
    }
    // chain_cnt: 0 of targets + 1 values, in as few bits as that allows.
    std::size_t width = 0;
    while ((targets + 1) >> width != 0) ++width;
    bits.bits(0, width - 1);
    bits.bits(1, 1);
    for (const std::uint16_t height : heights_) {
        bits.bits(height * 16U / 9 - 1, 16);
        bits.bits(height - 1U, 16);
    }
}

std::vector<std::uint8_t> DependencyWriter::write(const LayerPacket& packet) {
    const EncodedFrame& picture = packet.picture;
    auto& own = numbers_[picture.frame % numbers_.size()];
    if (packet.begins) own[packet.spatial] = ++number_;
    const auto layers = static_cast<std::uint32_t>(heights_.size());
    std::uint32_t distance = 0;
    if (picture.key) {
        distance = packet.spatial == 0 ? 0 : 1;
    } else {
        distance = static_cast<std::uint16_t>(own[packet.spatial] -
                                              numbers_[picture.reference % numbers_.size()][packet.spatial]);
    }
    const bool structure = picture.key && packet.spatial == 0 && packet.begins;
    const std::uint32_t usual = usual_distance(layers, packet.spatial, template_of(packet) % kTemplatesPerLayer);
    std::vector<std::uint8_t> out(160);
    rtp::BitWriter bits(out);
    bits.bits(packet.begins ? 1 : 0, 1);
    bits.bits(packet.ends ? 1 : 0, 1);
    bits.bits(template_of(packet), 6);
    bits.bits(own[packet.spatial], 16);
    if (structure || distance != usual) {
        bits.bits(structure ? 1 : 0, 1);
        bits.bits(structure ? 1 : 0, 1);  // active decode targets
        bits.bits(0, 1);
        bits.bits(distance != usual ? 1 : 0, 1);
        bits.bits(0, 1);
        if (structure) {
            write_structure(bits);
            const std::uint32_t active = packet.layers * kTemporalLayers;
            bits.bits((1U << active) - 1, layers * kTemporalLayers);
        }
        if (distance != usual) {
            bits.bits(2, 2);
            bits.bits(distance - 1, 8);
            bits.bits(0, 2);
        }
    }
    out.resize(bits.size());
    return out;
}

}  // namespace klassenraum::bench
