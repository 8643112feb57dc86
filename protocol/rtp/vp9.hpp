// VP9 payload descriptor (RFC 9628 §4.2), flexible and non-flexible mode, with the scalability structure. Nothing
// behind the descriptor is read.
#pragma once

#include <array>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::rtp {

struct Vp9ScalabilityStructure {
    std::uint8_t spatial_layers = 1;
    bool has_resolutions = false;
    std::array<std::uint16_t, kMaxSpatialLayers> widths{};
    std::array<std::uint16_t, kMaxSpatialLayers> heights{};
    std::uint8_t pictures_in_group = 0;
};

struct Vp9Descriptor {
    std::size_t size = 0;
    bool inter_picture_predicted = false;  // P
    bool flexible = false;                 // F
    bool frame_start = false;              // B
    bool frame_end = false;                // E
    bool not_upper_reference = false;      // Z
    bool has_layers = false;               // L: the four fields below are there
    std::uint8_t temporal = 0;
    std::uint8_t spatial = 0;
    bool switching_up = false;           // U
    bool inter_layer_predicted = false;  // D
    std::optional<std::uint16_t> picture_id;
    bool long_picture_id = false;
    std::optional<std::uint8_t> tl0_picture_index;  // non-flexible mode only
    std::array<std::uint8_t, 3> reference_diffs{};  // flexible mode, P = 1
    std::uint8_t reference_count = 0;
    std::optional<Vp9ScalabilityStructure> structure;
    std::uint8_t picture_id_offset = 0;
    std::uint8_t tl0_offset = 0;

    // The first packet of a picture that needs no other picture.
    bool key_frame() const { return !inter_picture_predicted && spatial == 0 && frame_start; }
};

std::optional<Vp9Descriptor> parse_vp9(ByteView payload);
// In place; widths stay. Fields that are absent are ignored.
void rewrite_vp9(MutableBytes payload,
                 const Vp9Descriptor& descriptor,
                 std::uint16_t picture_id,
                 std::uint8_t tl0_picture_index);

}  // namespace klassenraum::rtp
