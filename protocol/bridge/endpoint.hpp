// One participant as the bridge sees it: its transport, what it sends (Source), what it wants and gets (constraints and
// Slots), and its bridge channel. A composition whose parts hold the rules; owned by its Conference.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bridge/budget.hpp"
#include "protocol/bridge/downlink.hpp"
#include "protocol/bridge/limits.hpp"
#include "protocol/bridge/link.hpp"
#include "protocol/bridge/output.hpp"
#include "protocol/bridge/pacer.hpp"
#include "protocol/bridge/slots.hpp"
#include "protocol/bridge/source.hpp"
#include "protocol/bridge/speech_activity.hpp"
#include "protocol/bridge/token_bucket.hpp"
#include "protocol/bridge/voice_fit.hpp"
#include "protocol/colibri/constraints.hpp"
#include "protocol/colibri/message.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/rtcp/transport_cc.hpp"

namespace klassenraum::bridge {

// An SSRC that the endpoint signalled, and what it is.
struct SignalledSsrc {
    std::uint32_t ssrc = 0;
    Source* source = nullptr;
    std::uint8_t encoding = 0;
    bool retransmission = false;
};

// The bridge channel's carriers (jitsi-media.md 1.8).
struct ChannelState {
    bool websocket = false;
    bool sctp = false;
    Channel last_heard = Channel::WebSocket;

    bool open() const { return websocket || sctp; }
    Channel in_use() const {
        if (websocket && sctp) return last_heard;
        return websocket ? Channel::WebSocket : Channel::Sctp;
    }
};

// What this receiver was told since its channel opened, so that only changes are told.
struct Told {
    bool maps = false;
    bool once = false;                   // there was a list of forwarded sources
    std::vector<std::string> forwarded;  // the last one; endpoints for a client of 2022
};

// The last allocation of video for a receiver, by its rates.
struct VideoDemand {
    bwe::BitsPerSecond estimate = 0;  // allocated with
    bwe::BitsPerSecond granted = 0;
    bwe::BitsPerSecond ideal = 0;
    bwe::BitsPerSecond voices = 0;
    bwe::BitsPerSecond next_step = 0;  // from which rate on somebody would be shown better
    bool satisfied = true;
    bool held_back = false;        // somebody waits only for others' key frames
    Instant begun_at{};            // when layers began with key frames last, …
    bwe::BitsPerSecond begun = 0;  // … and what these cost, with all less than kRaiseInterval before
    Instant at{};
};

class Endpoint {
public:
    Endpoint(const colibri::CreateEndpoint& command,
             std::unique_ptr<Link> transport,
             Instant now,
             bwe::Limits downlink_limits = {});

    // Replaces the whole set; what stays keeps its state. The removed ones are returned: their subscriptions are still
    // to be cut.
    std::vector<std::unique_ptr<Source>> set_sources(std::vector<colibri::SourceDescription> descriptions, Instant now);
    void set_force_mute(const colibri::SetForceMute& command);
    const SignalledSsrc* find(std::uint32_t ssrc) const;
    Source* find_source(std::string_view source_name) const;

    // Whether this receiver wants to hear the source.
    bool hears(const Source& source) const;
    // … and asked for it by its name.
    bool chose(const Source& source) const;
    bool accepts(rtp::Codec codec) const { return codecs.has(codec); }
    // A packet will go to it soon, or feedback about such packets came.
    void prefetch_sending() const {
        prefetch(this, 2 * kCacheLine);
        prefetch(&connected);
        downlink.prefetch_sending();
    }
    void prefetch_feedback() const {
        prefetch(&ingress);
        prefetch(&connected);
        downlink.prefetch_feedback();
    }

    // Nothing of it is due by itself soon: no feedback, repair, key frame, probe or padding.
    bool may_rest() const;
    // Memory that a key frame, an outage or a camera needed and that is not needed now.
    void give_back(Instant now);
    void say(std::string text, Output& out) const;  // on the channel; dropped when there is none

    const EndpointId id;
    const std::string name;
    const bool ssrc_rewriting;
    const bool source_names;
    const std::unique_ptr<Link> link;
    std::uint32_t feedback_audio_ssrc = 0;
    std::uint32_t feedback_video_ssrc = 0;

    // From SetRemote.
    std::optional<Instant> described;
    rtp::CodecSet codecs;
    rtp::ExtensionSet audio_extensions;
    rtp::ExtensionSet video_extensions;

    // Sending.
    std::vector<std::unique_ptr<Source>> sources;
    colibri::SetForceMute force_mute;
    SpeechActivity speech;
    rtcp::TransportCcRecorder arrivals;
    SealedPackets sealed;
    TokenBucket ingress{kIngressBytesPerSecond, kIngressByteBurst};

    // Receiving.
    colibri::ReceiverConstraints constraints;
    colibri::ReceiverAudioSubscription audio_subscription;
    Slots<AudioStream> audio{kMaxAudioSlots, kMaxAudioSlots};
    Slots<VideoStream> video{kComfortableVideoSlots, kMaxVideoSlots};
    Downlink downlink;
    VoiceFit voice_fit;
    Pacer pacer;
    Budget budget;
    VideoDemand demand;
    TokenBucket retransmissions{kRetransmissionsPerSecond, kRetransmissionBurst};

    // Channel.
    ChannelState channel;
    TokenBucket message_rate{kMessagesPerSecond, kMessageBurst};
    TokenBucket message_bytes{kMessageBytesPerSecond, kMessageByteBurst};
    Told told;

    Instant created;
    Instant last_heard;      // any authenticated datagram
    bool connected = false;  // media may flow
    bool resting = false;    // Conference::expire() finds nothing; cleared where that may change
    bool inactive_told = false;
    Instant stats_told{};  // ConnectionStats
    Instant gave_back;

private:
    void index_ssrcs();

    std::vector<SignalledSsrc> signalled_;  // few: searched in order
    std::size_t introduced_ = 0;            // sources, of which each took SSRCs at others for good
};

}  // namespace klassenraum::bridge
