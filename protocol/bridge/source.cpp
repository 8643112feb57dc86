#include "protocol/bridge/source.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr std::uint32_t kAudioClock = 48000;
constexpr std::uint32_t kVideoClock = 90000;

std::vector<IncomingStream> incoming(const colibri::SourceDescription& description) {
    const bool video = description.kind == colibri::MediaKind::Video;
    const std::size_t count = std::min(description.ssrcs.size(), video ? kMaxEncodings : std::size_t{1});
    std::vector<IncomingStream> streams;
    streams.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t rtx = i < description.rtx.size() ? description.rtx[i] : 0;
        streams.emplace_back(description.ssrcs[i], rtx, video ? kVideoClock : kAudioClock);
    }
    return streams;
}

template <typename Heights>
std::array<std::uint16_t, kMaxLayers> smaller_dimensions(const Heights& structure) {
    std::array<std::uint16_t, kMaxLayers> heights{};
    for (std::size_t i = 0; i < kMaxLayers && i < structure.heights.size(); ++i) {
        heights[i] = std::min(structure.widths[i], structure.heights[i]);
    }
    return heights;
}

}  // namespace

Source::Source(Endpoint& owning, colibri::SourceDescription described, Instant now)
    : owner(owning),
      signalled(now),
      description(std::move(described)),
      type(description.video_type),
      encodings(incoming(description)),
      cache(encodings.size(),
            is_video() ? kVideoCachePackets : kAudioCachePackets,
            is_video() ? kVideoCacheBytes : kAudioCacheBytes),
      parser(is_video() ? std::make_unique<projection::VideoParser>() : nullptr),
      keyframes(is_screen() ? kScreenKeyframeInterval : kKeyframeInterval) {}

void Source::set_type(colibri::VideoType now_sent) {
    type = now_sent;
    keyframes.set_interval(is_screen() ? kScreenKeyframeInterval : kKeyframeInterval);
}

bool Source::expire(Instant now) {
    bool changed = false;
    for (std::size_t i = 0; i < encodings.size(); ++i) {
        IncomingStream& encoding = encodings[i];
        if (!encoding.active || now - encoding.last_packet < kEncodingIdle) continue;
        encoding.active = false;
        keyframes.keyframe_seen(i);  // none will come
        changed = true;
    }
    return changed;
}

bool Source::alive(Instant now) const {
    bool started = false;
    for (const IncomingStream& encoding : encodings) {
        if (!encoding.started()) continue;
        started = true;
        if (now - encoding.last_packet < kSourceIdle) return true;
    }
    return !started;
}

VideoCandidate Source::candidate() const {
    VideoCandidate candidate{.source = description.name,
                             .endpoint = {},
                             .enabled = enabled(),
                             .encodings = static_cast<std::uint8_t>(encodings.size()),
                             .layer_heights = layer_heights_,
                             .layers = layers_};
    for (std::size_t i = 0; i < encodings.size(); ++i) {
        if (encodings[i].active) candidate.active = static_cast<std::uint8_t>(candidate.active | 1U << i);
    }
    return candidate;
}

bool Source::learn_layers(const projection::VideoPacket& packet) {
    if (!packet.key_frame || packet.encoding != 0) return false;
    const auto heights_before = layer_heights_;
    const std::uint8_t layers_before = layers_;
    layers_ = 0;
    if (packet.vp9 && packet.vp9->structure && packet.vp9->structure->has_resolutions) {
        layers_ = packet.vp9->structure->spatial_layers;
        layer_heights_ = smaller_dimensions(*packet.vp9->structure);
    } else if (packet.structure != nullptr && packet.structure->has_resolutions) {
        layers_ = packet.structure->spatial_layers;
        layer_heights_ = smaller_dimensions(*packet.structure);
    }
    layers_ = std::min(layers_, static_cast<std::uint8_t>(kMaxLayers));
    return layers_ != layers_before || (layers_ != 0 && layer_heights_ != heights_before);
}

Subscription* Source::subscription_of(const Endpoint& receiver) {
    for (Subscription& subscription : subscriptions) {
        if (subscription.receiver == &receiver) return &subscription;
    }
    return nullptr;
}

void Source::unsubscribe(const Endpoint& receiver) {
    std::erase_if(subscriptions,
                  [&receiver](const Subscription& subscription) { return subscription.receiver == &receiver; });
}

}  // namespace klassenraum::bridge
