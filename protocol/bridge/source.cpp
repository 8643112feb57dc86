#include "protocol/bridge/source.hpp"

#include <algorithm>

#include "protocol/bridge/endpoint.hpp"

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

// What clients encode at most (jitsi-media.md 5.4, VP8), until it is measured.
bwe::BitsPerSecond expected_rate(std::int32_t height) {
    if (height <= 180) return 200'000;
    if (height <= 360) return 500'000;
    return height <= 720 ? 1'500'000 : 3'000'000;
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

void Source::look_who_takes() {
    unsigned taken = 0;
    for (const Subscription& subscription : subscriptions) {
        if (subscription.video != nullptr && subscription.wanted) taken |= subscription.video->projection.looked_at();
    }
    taken_ = static_cast<std::uint8_t>(taken);
}

bool Source::expire(Instant now) {
    look_who_takes();
    bool changed = false;
    for (std::size_t i = 0; i < encodings.size(); ++i) {
        IncomingStream& encoding = encodings[i];
        if (!encoding.active || now - encoding.last_packet < kEncodingIdle) continue;
        encoding.active = false;
        rates.forget(i);
        keyframes.keyframe_seen(i);  // none will come
        changed = true;
    }
    for (std::size_t i = 1; i < encodings.size(); ++i) {
        const bool starving = starves(i, now);
        changed = changed || starving != starving_[i];
        starving_[i] = starving;
    }
    return changed;
}

// Whether the encoding is sent by name only: nothing or hardly anything comes while the one below it goes on. Whoever
// is shown it would see it stand still.
bool Source::starves(std::size_t encoding, Instant now) const {
    const IncomingStream& above = encodings[encoding];
    const IncomingStream& below = encodings[encoding - 1];
    if (!above.active || !below.active) return false;
    if (now - above.last_packet >= kEncodingStarved && now - below.last_packet < kEncodingStarved / 2) return true;
    const bwe::BitsPerSecond below_rate = rates.lately(encoding - 1);
    if (!rates.settled(encoding) || below_rate < kStarvingBelow) return false;
    const double share = starving_[encoding] ? kFedShare : kStarvingShare;
    return static_cast<double>(rates.lately(encoding)) < share * static_cast<double>(below_rate);
}

void Source::give_back(Instant now) {
    cache.give_back(now);
    for (IncomingStream& encoding : encodings) encoding.losses.give_back();
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
    return {.source = description.name,
            .endpoint = owner.name,
            .enabled = enabled(),
            .screen = is_screen(),
            .ladder = ladder_,
            .current = std::nullopt};
}

// Of the encodings that are being sent; of all while none has been, hoping for the best.
void Source::update_ladder(Instant now) {
    rates.advance(now);
    ladder_.clear();
    const bool any =
        std::any_of(encodings.begin(), encodings.end(), [](const auto& encoding) { return encoding.active; });
    for (std::size_t i = 0; i < encodings.size(); ++i) {
        if ((any && !encodings[i].active) || starving_[i]) continue;
        append_layers(static_cast<std::uint8_t>(i));
    }
}

void Source::append_layers(std::uint8_t encoding) {
    constexpr std::uint8_t kAll = projection::Target{}.spatial;
    constexpr bwe::BitsPerSecond kMostGrowth = 2;  // from one probe to the next
    const std::int32_t full_height = nominal_height(encoding, encodings.size());
    // A structure names layers before they have been measured, and heights that are exact.
    const std::size_t named = encodings.size() == 1 ? layers_ : 0;
    const std::size_t spatial_count =
        std::clamp<std::size_t>(std::max(rates.spatial_layers(encoding), named), 1, LayerRates::kSpatial);
    const std::size_t temporal_count = std::max<std::size_t>(rates.temporal_layers(encoding), 1);
    for (std::size_t spatial = 0; spatial < spatial_count; ++spatial) {
        const bool exact = spatial < named && layer_heights_[spatial] != 0;
        const std::int32_t height = exact ? layer_heights_[spatial] : full_height >> (spatial_count - 1 - spatial);
        for (std::size_t temporal = 0; temporal < temporal_count; ++temporal) {
            const bool top = temporal + 1 == temporal_count;
            const bwe::BitsPerSecond measured = rates.rate(encoding, spatial, temporal);
            const bwe::BitsPerSecond expected = expected_rate(height);
            if (ladder_.size() == kMaxLadder) return;
            ladder_.push_back(
                {.target = {.encoding = encoding,
                            .spatial = spatial + 1 == spatial_count ? kAll : static_cast<std::uint8_t>(spatial),
                            .temporal = top ? kAll : static_cast<std::uint8_t>(temporal)},
                 .height = height,
                 .rate = measured != 0 ? measured : expected,
                 .full_frame_rate = top,
                 .most = measured != 0 ? std::max(measured, std::min(expected, kMostGrowth * measured)) : expected});
        }
    }
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
