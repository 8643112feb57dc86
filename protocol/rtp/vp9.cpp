#include "protocol/rtp/vp9.hpp"

namespace klassenraum::rtp {

namespace {

// RFC 9628 §4.2.1: V = 1.
void parse_structure(ByteReader& in, Vp9ScalabilityStructure& out) {
    const std::uint8_t first = in.u8();
    out.spatial_layers = static_cast<std::uint8_t>((first >> 5) + 1);
    out.has_resolutions = (first & 0x10) != 0;
    if (out.has_resolutions) {
        for (std::size_t i = 0; i < out.spatial_layers; ++i) {
            out.widths[i] = in.u16();
            out.heights[i] = in.u16();
        }
    }
    if ((first & 0x08) == 0) return;
    out.pictures_in_group = in.u8();
    for (unsigned i = 0; i < out.pictures_in_group && in.ok(); ++i) in.skip(in.u8() >> 2 & 3);
}

}  // namespace

std::optional<Vp9Descriptor> parse_vp9(ByteView payload) {
    Vp9Descriptor out;
    ByteReader in(payload);
    const std::uint8_t first = in.u8();
    out.inter_picture_predicted = (first & 0x40) != 0;
    out.has_layers = (first & 0x20) != 0;
    out.flexible = (first & 0x10) != 0;
    out.frame_start = (first & 0x08) != 0;
    out.frame_end = (first & 0x04) != 0;
    out.not_upper_reference = (first & 0x01) != 0;
    if ((first & 0x80) != 0) {
        out.picture_id_offset = static_cast<std::uint8_t>(in.position());
        const std::uint8_t high = in.u8();
        out.long_picture_id = (high & 0x80) != 0;
        std::uint16_t id = high & 0x7f;
        if (out.long_picture_id) id = static_cast<std::uint16_t>(id << 8 | in.u8());
        out.picture_id = id;
    }
    if (out.has_layers) {
        const std::uint8_t layers = in.u8();
        out.temporal = static_cast<std::uint8_t>(layers >> 5);
        out.switching_up = (layers & 0x10) != 0;
        out.spatial = layers >> 1 & 0x07;
        out.inter_layer_predicted = (layers & 0x01) != 0;
        if (!out.flexible) {
            out.tl0_offset = static_cast<std::uint8_t>(in.position());
            out.tl0_picture_index = in.u8();
        }
    }
    if (out.flexible && out.inter_picture_predicted) {
        bool more = true;
        while (more && in.ok()) {
            if (out.reference_count == out.reference_diffs.size()) return std::nullopt;
            const std::uint8_t reference = in.u8();
            out.reference_diffs[out.reference_count++] = static_cast<std::uint8_t>(reference >> 1);
            more = (reference & 0x01) != 0;
        }
    }
    if ((first & 0x02) != 0) parse_structure(in, out.structure.emplace());
    if (!in.ok() || in.remaining() == 0) return std::nullopt;
    out.size = in.position();
    return out;
}

void rewrite_vp9(MutableBytes payload,
                 const Vp9Descriptor& descriptor,
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
