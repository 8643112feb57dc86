// One microphone, camera or screen of an endpoint: what comes in (an IncomingStream per encoding, the packets of the
// last seconds, the parser's memory) and who gets it (a Subscription per receiver). Owned by its Endpoint; the router
// reads it for each packet, the conference changes it when people, sources or wishes change.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/bridge/allocator.hpp"
#include "protocol/bridge/incoming_stream.hpp"
#include "protocol/bridge/keyframe_requester.hpp"
#include "protocol/bridge/layer_rates.hpp"
#include "protocol/bridge/packet_cache.hpp"
#include "protocol/bridge/stream.hpp"
#include "protocol/colibri/command.hpp"
#include "protocol/projection/video_packet.hpp"

namespace klassenraum::bridge {

class Endpoint;

// The source's packets go to `receiver` on one of its streams. Both are cut by the conference before either side goes.
struct Subscription {
    Endpoint* receiver = nullptr;
    AudioStream* audio = nullptr;  // exactly one of the two
    VideoStream* video = nullptr;
    bool wanted = true;  // as the video stream has it: to ask who takes nothing is dear where most take nothing
};

// What the owner is told about the height that somebody wants (SenderSourceConstraints): more at once, less after a
// while, so that scrolling does not make a camera start and stop.
struct SenderConstraint {
    std::int32_t wanted = 0;
    std::optional<std::int32_t> told;
    std::optional<Instant> lower_at;
};

class Source {
public:
    Source(Endpoint& owner, colibri::SourceDescription description, Instant now);

    bool is_video() const { return description.kind == colibri::MediaKind::Video; }
    bool is_screen() const { return type == colibri::VideoType::Desktop || type == colibri::VideoType::DesktopHighFps; }
    // Neither switched off by its owner nor held back by moderation.
    bool enabled() const { return type != colibri::VideoType::None && !force_muted; }
    void set_type(colibri::VideoType now_sent);

    // Marks what has become silent; true when something changed that the allocator looks at.
    bool expire(Instant now);
    // Something came within kSourceIdle, or never yet.
    bool alive(Instant now) const;
    // As the allocator sees it; the ladder is as update_ladder() left it.
    VideoCandidate candidate() const;
    void update_ladder(Instant now);
    // True when the spatial layers within the encoding have changed.
    bool learn_layers(const projection::VideoPacket& packet);

    // Memory for more than what is sent. Now and then.
    void give_back(Instant now);

    // Whether packets of the encoding may go to somebody. After wishes have changed that is said of all of them, until
    // expire() has looked: so no packet pays for looking, and nobody waits for it.
    bool taken(std::size_t encoding) const { return (unsigned{taken_} >> encoding & 1U) != 0; }
    void wishes_changed() { taken_ = kAllEncodings; }

    Subscription* subscription_of(const Endpoint& receiver);
    void unsubscribe(const Endpoint& receiver);

    Endpoint& owner;
    const Instant signalled;
    colibri::SourceDescription description;
    colibri::VideoType type;
    bool force_muted = false;
    std::vector<IncomingStream> encodings;
    PacketCache cache;
    std::unique_ptr<projection::VideoParser> parser;  // video only
    KeyframeRequester keyframes;
    std::vector<Subscription> subscriptions;
    SenderConstraint constraint;
    // A microphone whose voice goes out at present. In a small room that is each of them.
    bool on_air = true;
    Instant heard{};  // when it was last among the loudest
    // Its owner has signalled more sources than its share of what others' SSRC tables hold.
    bool beyond_share = false;
    LayerRates rates;
    bool was_alive = true;  // as settle() saw it

private:
    static constexpr std::uint8_t kAllEncodings = (1U << kMaxEncodings) - 1;
    void look_who_takes();
    bool starves(std::size_t encoding, Instant now) const;
    void append_layers(std::uint8_t encoding);

    std::vector<VideoLayer> ladder_;
    std::array<bool, kMaxEncodings> starving_{};
    std::array<std::uint16_t, kMaxLayers> layer_heights_{};
    std::uint8_t layers_ = 0;
    std::uint8_t taken_ = kAllEncodings;
};

}  // namespace klassenraum::bridge
