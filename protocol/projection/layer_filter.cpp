// Which frames of the forwarded encoding go out (jitsi-media.md §3.7): temporal layers of VP8, spatial and temporal
// layers of VP9, decode targets of a dependency descriptor. Layers go down at once where decoding allows it, up where
// the stream offers a place to, and by a key frame where it does not.
#include "protocol/projection/projection.hpp"

namespace klassenraum::projection {

namespace {

// After so many frames without a place to change, ask for a key frame.
constexpr unsigned kPatience = 30;

}  // namespace

// While a lower encoding is awaited, the present one shrinks to its lowest layers.
std::uint8_t VideoProjection::allowed_temporal() const {
    if (!target_) return 0;
    if (target_->encoding == encoding_) return target_->temporal;
    return target_->encoding < encoding_ ? 0 : 7;
}

std::uint8_t VideoProjection::allowed_spatial() const {
    return target_ && target_->encoding == encoding_ ? target_->spatial : 7;
}

// At a key frame everything may be chosen anew.
void VideoProjection::open_layers(const VideoPacket& packet) {
    temporal_ = allowed_temporal();
    spatial_ = allowed_spatial();
    layer_wait_ = 0;
    target_changed_ = false;
    continuous_ = picture_ = 1;
    picture_timestamp_ = packet.timestamp;
    top_known_ = packet.vp9 && packet.vp9->structure;
    if (top_known_) {
        spatial_ = std::min<std::uint8_t>(spatial_, packet.vp9->structure->spatial_layers - 1);
    }
    if (packet.structure != nullptr) decode_target_ = packet.structure->decode_target_for(spatial_, temporal_);
}

bool VideoProjection::accept_layer(const VideoPacket& packet, Turn turn) {
    switch (descriptor_) {
        case Descriptor::Vp8:
            return accept_vp8(packet, turn);
        case Descriptor::Vp9:
            return accept_vp9(packet, turn);
        case Descriptor::Dependency:
            return accept_dependency(packet, turn);
        case Descriptor::Generic:
        case Descriptor::Unreadable:
            break;
    }
    return true;
}

void VideoProjection::wait_for_layer(unsigned frames) {
    layer_wait_ += frames;
    if (layer_wait_ >= kPatience) {
        wanted_key_frame_ = encoding_;
        layer_wait_ = 0;
    }
}

bool VideoProjection::accept_vp8(const VideoPacket& packet, Turn turn) {
    if (turn == Turn::InTurn) {
        const std::uint8_t allowed = allowed_temporal();
        temporal_ = std::min(temporal_, allowed);
        // RFC 7741 §4.2: with Y a frame depends on layer 0 only, so its layer can begin here.
        const bool next_layer = packet.temporal == temporal_ + 1 && packet.temporal <= allowed;
        if (next_layer && packet.vp8->layer_sync) ++temporal_;
    }
    return packet.temporal <= temporal_;
}

bool VideoProjection::accept_vp9(const VideoPacket& packet, Turn turn) {
    if (!packet.vp9->has_layers) return true;
    if (turn == Turn::InTurn) {
        const std::uint8_t allowed = allowed_temporal();
        temporal_ = std::min(temporal_, allowed);
        // RFC 9628 §4.2: with U, higher temporal layers behind this picture depend on nothing of theirs before it.
        if (packet.vp9->switching_up && packet.temporal <= temporal_) temporal_ = allowed;
    }
    return packet.temporal <= temporal_ && accept_vp9_spatial(packet, turn);
}

bool VideoProjection::accept_vp9_spatial(const VideoPacket& packet, Turn turn) {
    const rtp::Vp9Descriptor& vp9 = *packet.vp9;
    const std::uint8_t layer = packet.spatial;
    const auto bit = static_cast<std::uint8_t>(1U << layer);
    // Without a structure the highest layer is not known, so what may be it is not left out.
    const bool needed_above = layer < spatial_ && (!vp9.not_upper_reference || !top_known_);
    if (turn == Turn::Late) return layer == spatial_ || needed_above;
    if (packet.timestamp != picture_timestamp_) {
        picture_ = 0;
        picture_timestamp_ = packet.timestamp;
    }
    const bool has_past = !vp9.inter_picture_predicted || (continuous_ & bit) != 0;
    const bool has_below = layer == 0 || !vp9.inter_layer_predicted || (picture_ & bit >> 1) != 0;
    const std::uint8_t allowed = allowed_spatial();
    bool accepted = has_past && has_below && (layer == spatial_ || needed_above);
    if (has_past && has_below && ((layer > spatial_ && layer <= allowed) || (layer < spatial_ && layer == allowed))) {
        spatial_ = layer;
        top_known_ = true;
        layer_wait_ = 0;
        accepted = true;
    }
    if (!accepted && layer > spatial_ && layer <= allowed) wait_for_layer(3);
    if (accepted && layer > allowed) wait_for_layer(3);
    continuous_ = static_cast<std::uint8_t>(accepted ? continuous_ | bit : continuous_ & ~bit);
    picture_ = static_cast<std::uint8_t>(accepted ? picture_ | bit : picture_ & ~bit);
    return accepted;
}

bool VideoProjection::references_sent(const VideoPacket& packet) const {
    const rtp::FrameDiffs& diffs = packet.dependency->diffs;
    for (std::size_t i = 0; i < diffs.count; ++i) {
        const auto number = static_cast<std::uint16_t>(packet.number - diffs.values[i]);
        const bool sent = std::any_of(frames_.begin(), frames_.end(), [&](const Frame& frame) {
            return frame.used && frame.accepted && frame.key == number;
        });
        if (!sent) return false;
    }
    return true;
}

bool VideoProjection::accept_dependency(const VideoPacket& packet, Turn turn) {
    using rtp::DecodeTargetIndication;
    const rtp::TemplateStructure& structure = *packet.structure;
    const rtp::DecodeTargetIndications& needed = packet.dependency->indications;
    const std::uint8_t wanted = structure.decode_target_for(allowed_spatial(), allowed_temporal());
    if (turn == Turn::InTurn && decode_target_ >= structure.decode_target_count) decode_target_ = wanted;
    if (turn == Turn::InTurn && wanted != decode_target_) {
        const rtp::TemplateStructure::Layer from = structure.decode_targets[decode_target_];
        const rtp::TemplateStructure::Layer to = structure.decode_targets[wanted];
        const bool smaller = to.spatial <= from.spatial && to.temporal <= from.temporal;
        // The layers below in this picture know of no layer above: one of them has the marker.
        const bool over = to.spatial > from.spatial && packet.timestamp == picture_timestamp_;
        const DecodeTargetIndication indication = needed.at(wanted);
        const bool offered = indication == DecodeTargetIndication::Switch ||
                             (smaller && indication != DecodeTargetIndication::NotPresent);
        if (offered && !over && references_sent(packet)) {
            decode_target_ = wanted;
            target_changed_ = true;
            layer_wait_ = 0;
        } else {
            // The sender has switched our layers off: nothing of them will come, so there is nothing to wait for.
            wait_for_layer(structure.active(decode_target_) ? 1 : kPatience);
        }
    }
    if (turn == Turn::InTurn) picture_timestamp_ = packet.timestamp;
    return needed.at(decode_target_) != DecodeTargetIndication::NotPresent;
}

}  // namespace klassenraum::projection
