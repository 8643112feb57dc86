#include "protocol/rtp/dependency_descriptor.hpp"

#include "protocol/rtp/bits.hpp"

namespace klassenraum::rtp {

namespace {

constexpr std::size_t kMandatorySize = 3;
constexpr std::size_t kMandatoryBits = 24;
constexpr std::size_t kFlagBits = 5;
constexpr std::size_t kTemplateIdBits = 6;

// A.8.2 template_layers(): a template list that climbs through the layers.
bool parse_layers(BitReader& in, TemplateStructure& out) {
    constexpr std::uint8_t kMaxTemporal = 7;
    enum : std::uint8_t { kSameLayer, kNextTemporal, kNextSpatial, kNoMore };
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    out.template_count = 0;
    for (;;) {
        if (out.template_count == kMaxTemplates) return false;
        FrameTemplate& frame = out.templates[out.template_count++];
        frame = {.spatial = spatial, .temporal = temporal, .indications = {}, .diffs = {}};
        const std::uint32_t next = in.bits(2);
        if (!in.ok()) return false;
        if (next == kNoMore) break;
        if (next == kNextTemporal && ++temporal > kMaxTemporal) return false;
        if (next == kNextSpatial) {
            temporal = 0;
            if (++spatial >= kMaxSpatialLayers) return false;
        }
    }
    out.spatial_layers = static_cast<std::uint8_t>(spatial + 1);
    return true;
}

bool add_diff(FrameDiffs& diffs, std::uint32_t value) {
    if (diffs.count == kMaxFrameDiffs) return false;
    diffs.values[diffs.count++] = static_cast<std::uint16_t>(value);
    return true;
}

void find_decode_target_layers(TemplateStructure& out) {
    for (std::size_t target = 0; target < out.decode_target_count; ++target) {
        TemplateStructure::Layer layer;
        for (std::size_t i = 0; i < out.template_count; ++i) {
            const FrameTemplate& frame = out.templates[i];
            if (frame.indications.at(target) == DecodeTargetIndication::NotPresent) continue;
            layer.spatial = std::max(layer.spatial, frame.spatial);
            layer.temporal = std::max(layer.temporal, frame.temporal);
        }
        out.decode_targets[target] = layer;
    }
}

// A.8.2 template_dependency_structure()
bool parse_structure(BitReader& in, TemplateStructure& out) {
    out.id_offset = static_cast<std::uint8_t>(in.bits(kTemplateIdBits));
    out.decode_target_count = static_cast<std::uint8_t>(in.bits(5) + 1);
    if (!parse_layers(in, out)) return false;
    for (std::size_t i = 0; i < out.template_count; ++i) {
        for (std::size_t target = 0; target < out.decode_target_count; ++target) {
            out.templates[i].indications.set(target, static_cast<DecodeTargetIndication>(in.bits(2)));
        }
    }
    for (std::size_t i = 0; i < out.template_count; ++i) {
        while (in.flag()) {
            if (!add_diff(out.templates[i].diffs, in.bits(4) + 1)) return false;
        }
    }
    out.chain_count = static_cast<std::uint8_t>(in.below(out.decode_target_count + 1U));
    if (out.chain_count > 0) {
        for (std::size_t target = 0; target < out.decode_target_count; ++target) (void)in.below(out.chain_count);
        for (std::size_t i = 0; i < std::size_t{out.template_count} * out.chain_count; ++i) (void)in.bits(4);
    }
    find_decode_target_layers(out);
    out.has_resolutions = in.flag();
    for (std::size_t i = 0; out.has_resolutions && i < out.spatial_layers; ++i) {
        out.widths[i] = static_cast<std::uint16_t>(in.bits(16) + 1);
        out.heights[i] = static_cast<std::uint16_t>(in.bits(16) + 1);
    }
    return in.ok();
}

// A.8.2 frame_dependency_definition(), the custom parts.
bool parse_custom(
    BitReader& in, const TemplateStructure& structure, bool dtis, bool diffs, bool chains, DependencyDescriptor& out) {
    if (dtis) {
        for (std::size_t target = 0; target < structure.decode_target_count; ++target) {
            out.indications.set(target, static_cast<DecodeTargetIndication>(in.bits(2)));
        }
    }
    if (diffs) {
        out.diffs = {};
        while (const std::uint32_t nibbles = in.bits(2)) {
            if (!add_diff(out.diffs, in.bits(4 * nibbles) + 1)) return false;
        }
    }
    for (std::size_t chain = 0; chains && chain < structure.chain_count; ++chain) (void)in.bits(8);
    return in.ok();
}

}  // namespace

std::uint8_t TemplateStructure::decode_target_for(std::uint8_t max_spatial, std::uint8_t max_temporal) const {
    // Ties go to the lower number: encoders list decode targets from the poorest or from the richest, both are
    // complete.
    const auto richer = [](const Layer& a, const Layer& b) {
        return a.spatial != b.spatial ? a.spatial > b.spatial : a.temporal > b.temporal;
    };
    std::optional<std::uint8_t> best;
    std::uint8_t poorest = 0;
    for (std::uint8_t target = 0; target < decode_target_count; ++target) {
        const Layer& layer = decode_targets[target];
        if (richer(decode_targets[poorest], layer)) poorest = target;
        if (!active(target) || layer.spatial > max_spatial || layer.temporal > max_temporal) continue;
        if (!best || richer(layer, decode_targets[*best])) best = target;
    }
    return best.value_or(poorest);
}

std::optional<DependencyDescriptor> parse_dependency_descriptor(ByteView extension,
                                                                const TemplateStructure* known,
                                                                TemplateStructure& fresh) {
    BitReader in(extension);
    DependencyDescriptor out;
    out.frame_start = in.flag();
    out.frame_end = in.flag();
    out.template_id = static_cast<std::uint8_t>(in.bits(kTemplateIdBits));
    out.frame_number = static_cast<std::uint16_t>(in.bits(16));
    bool custom_dtis = false;
    bool custom_diffs = false;
    bool custom_chains = false;
    if (extension.size() > kMandatorySize) {
        out.has_structure = in.flag();
        out.has_active_decode_targets = in.flag();
        custom_dtis = in.flag();
        custom_diffs = in.flag();
        custom_chains = in.flag();
    }
    if (!in.ok()) return std::nullopt;
    if (out.has_structure) {
        if (!parse_structure(in, fresh)) return std::nullopt;
        known = &fresh;
    }
    if (known == nullptr) return std::nullopt;
    out.decode_target_count = known->decode_target_count;
    if (out.has_structure) out.active_decode_targets = known->all_decode_targets();
    out.active_targets_position = static_cast<std::uint16_t>(in.position());
    if (out.has_active_decode_targets) out.active_decode_targets = in.bits(known->decode_target_count);

    const std::size_t index = (out.template_id + kMaxTemplates - known->id_offset) % kMaxTemplates;
    if (!in.ok() || index >= known->template_count) return std::nullopt;
    const FrameTemplate& frame = known->templates[index];
    out.spatial = frame.spatial;
    out.temporal = frame.temporal;
    out.indications = frame.indications;
    out.diffs = frame.diffs;
    if (!parse_custom(in, *known, custom_dtis, custom_diffs, custom_chains, out)) return std::nullopt;
    return out;
}

std::size_t rewrite_dependency_descriptor(ByteView extension,
                                          const DependencyDescriptor& parsed,
                                          const DescriptorRewrite& rewrite,
                                          MutableBytes out) {
    const std::size_t targets = parsed.decode_target_count;
    const std::uint32_t all = targets >= 32 ? 0xffffffffU : (1U << targets) - 1;
    const bool insert =
        rewrite.active_decode_targets && !parsed.has_active_decode_targets &&
        (rewrite.force_active_decode_targets || (parsed.has_structure && *rewrite.active_decode_targets != all));
    BitReader in(extension);
    BitWriter to(out);
    to.copy(in, 2);
    to.bits((in.bits(kTemplateIdBits) + rewrite.template_id_delta) % kMaxTemplates, kTemplateIdBits);
    (void)in.bits(16);
    to.bits(rewrite.frame_number, 16);
    if (extension.size() <= kMandatorySize) {
        if (insert) {
            to.bits(0b01000, kFlagBits);
            to.bits(*rewrite.active_decode_targets, targets);
        }
        return to.ok() && in.ok() ? to.size() : 0;
    }
    to.bits(in.bits(kFlagBits) | (insert ? 0b01000U : 0U), kFlagBits);
    if (parsed.has_structure) {
        to.bits((in.bits(kTemplateIdBits) + rewrite.template_id_delta) % kMaxTemplates, kTemplateIdBits);
    }
    to.copy(in, parsed.active_targets_position - in.position());
    if (parsed.has_active_decode_targets) {
        const std::uint32_t original = in.bits(targets);
        to.bits(rewrite.active_decode_targets.value_or(original), targets);
    } else if (insert) {
        to.bits(*rewrite.active_decode_targets, targets);
    }
    to.copy(in, extension.size() * 8 - in.position());
    static_assert(kMandatoryBits + kFlagBits == 29);
    return to.ok() && in.ok() ? to.size() : 0;
}

}  // namespace klassenraum::rtp
