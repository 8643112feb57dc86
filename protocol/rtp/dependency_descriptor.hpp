// Dependency Descriptor header extension (AV1 RTP specification, appendix A): which frame a packet belongs to, what it
// depends on and for which decode targets it is needed. The template structure comes with key frames and is kept by the
// source; rewriting copies bits, so whatever else the sender wrote stays as it was.
#pragma once

#include <array>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::rtp {

enum class DecodeTargetIndication : std::uint8_t { NotPresent, Discardable, Switch, Required };

// Two bits per decode target.
struct DecodeTargetIndications {
    std::uint64_t bits = 0;
    DecodeTargetIndication at(std::size_t target) const {
        return static_cast<DecodeTargetIndication>(bits >> (2 * target) & 3);
    }
    void set(std::size_t target, DecodeTargetIndication value) {
        bits = (bits & ~(std::uint64_t{3} << (2 * target))) | static_cast<std::uint64_t>(value) << (2 * target);
    }
    bool operator==(const DecodeTargetIndications&) const = default;
};

struct FrameDiffs {
    std::array<std::uint16_t, kMaxFrameDiffs> values{};  // how many frame numbers back
    std::uint8_t count = 0;
};

struct FrameTemplate {
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    DecodeTargetIndications indications;
    FrameDiffs diffs;
};

struct TemplateStructure {
    std::uint8_t id_offset = 0;
    std::uint8_t template_count = 0;
    std::uint8_t decode_target_count = 0;
    std::uint8_t chain_count = 0;
    std::array<FrameTemplate, kMaxTemplates> templates{};
    struct Layer {
        std::uint8_t spatial = 0;
        std::uint8_t temporal = 0;
    };
    std::array<Layer, kMaxDecodeTargets> decode_targets{};  // the highest layers each one contains
    std::uint8_t spatial_layers = 1;
    bool has_resolutions = false;
    std::array<std::uint16_t, kMaxSpatialLayers> widths{};
    std::array<std::uint16_t, kMaxSpatialLayers> heights{};

    std::uint32_t all_decode_targets() const {
        return decode_target_count >= 32 ? 0xffffffffU : (1U << decode_target_count) - 1;
    }
    // What the sender makes at present: it switches layers off when its uplink is narrow. Kept up to date by whoever
    // keeps the structure.
    std::uint32_t active_decode_targets = 0xffffffffU;
    bool active(std::size_t target) const { return (active_decode_targets >> target & 1U) != 0; }
    // The richest active decode target within the bounds, else the poorest there is.
    std::uint8_t decode_target_for(std::uint8_t max_spatial, std::uint8_t max_temporal) const;
};

struct DependencyDescriptor {
    bool frame_start = false;
    bool frame_end = false;
    std::uint8_t template_id = 0;
    std::uint16_t frame_number = 0;
    bool has_structure = false;
    bool has_active_decode_targets = false;
    std::uint32_t active_decode_targets = 0;  // also set where it is implied by a new structure
    // From the template or custom:
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    DecodeTargetIndications indications;
    FrameDiffs diffs;
    bool key_frame() const { return has_structure && diffs.count == 0; }

    // For rewriting: bit positions in the extension.
    std::uint16_t active_targets_position = 0;
    std::uint8_t decode_target_count = 0;
};

// `known` is the structure in force (may be null); a descriptor with a structure of its own fills `fresh` and uses
// that. None when malformed or when the template belongs to no known structure.
std::optional<DependencyDescriptor> parse_dependency_descriptor(ByteView extension,
                                                                const TemplateStructure* known,
                                                                TemplateStructure& fresh);

struct DescriptorRewrite {
    std::uint16_t frame_number = 0;
    std::uint8_t template_id_delta = 0;  // added to template_id and template_id_offset, modulo 64
    // Written where the descriptor has a structure or a bitmask, or when force_active_decode_targets asks for it.
    std::optional<std::uint32_t> active_decode_targets{};
    bool force_active_decode_targets = false;
};
// Returns the size, at most two octets longer than `extension` plus the bitmask; 0 when `out` is too small.
std::size_t rewrite_dependency_descriptor(ByteView extension,
                                          const DependencyDescriptor& parsed,
                                          const DescriptorRewrite& rewrite,
                                          MutableBytes out);

}  // namespace klassenraum::rtp
