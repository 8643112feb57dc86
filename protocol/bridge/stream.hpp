// One outgoing RTP stream to one receiver: an SSRC (with the one for its retransmissions), the projection that keeps
// its numbering whole, and what we told the receiver about it. With SSRC rewriting it is a slot that one source after
// another may use; otherwise it belongs to one source and has that source's SSRC. Owned by the receiver's Slots.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/bridge/keyframe_requester.hpp"
#include "protocol/bridge/limits.hpp"
#include "protocol/bridge/repeat_guard.hpp"
#include "protocol/core/time.hpp"
#include "protocol/projection/audio_projection.hpp"
#include "protocol/projection/projection.hpp"
#include "protocol/rtp/forward.hpp"

namespace klassenraum::bridge {

class Source;

struct Stream {
    Stream(std::uint32_t primary, std::uint32_t retransmissions, std::size_t history)
        : ssrc(primary), rtx_ssrc(retransmissions), repeats(history) {}

    std::uint32_t ssrc;
    std::uint32_t rtx_ssrc;    // 0: none; voices are repeated plainly, pictures then not at all
    Source* source = nullptr;  // whose packets it carries; null: free
    bool wanted = false;       // the receiver wants the source now
    bool announced = false;    // the receiver can know which source this is
    Instant ready_at{};        // from when packets may flow, once announced
    Instant mapped_at{};
    Instant last_sent{};
    std::uint16_t rtx_sequence = 1;
    RepeatGuard repeats;
    std::uint32_t packets_sent = 0;  // RFC 3550 §6.4.1, of all sources it carried
    std::uint32_t octets_sent = 0;

    // The sender reports we passed on, to read round trips from the receiver's answers.
    struct PassedReport {
        std::uint32_t compact_ntp = 0;
        Instant at{};
    };
    std::array<PassedReport, 4> reports{};
    std::size_t next_report = 0;

    bool ready(Instant now) const { return announced && now >= ready_at; }
};

// How a voice packet went out. opus is repeated under its own sequence number, and then octet for octet: another header
// under the same number would repeat GCM's nonce, which gives the key of its tag away (RFC 7714 §8.4).
struct SentVoice {
    bool sent = false;
    Instant at{};
    rtp::ForwardHeader header;
    std::optional<std::uint16_t> transport_sequence;
    std::optional<std::uint32_t> abs_send_time;
};

// By sequence number; its memory comes with the first packet, as most microphones of a class are off.
class VoiceHistory {
public:
    void note(const SentVoice& voice) {
        if (voices_.empty()) voices_.resize(kAudioHistory);
        voices_[voice.header.sequence % kAudioHistory] = voice;
    }
    const SentVoice* find(std::uint16_t sequence) const {
        if (voices_.empty()) return nullptr;
        const SentVoice& voice = voices_[sequence % kAudioHistory];
        return voice.sent && voice.header.sequence == sequence ? &voice : nullptr;
    }

private:
    std::vector<SentVoice> voices_;
};

struct AudioStream : Stream {
    AudioStream(std::uint32_t primary, std::uint32_t, std::uint16_t sequence, std::uint32_t timestamp)
        : Stream(primary, 0, kAudioHistory), projection(sequence, timestamp) {}
    projection::AudioProjection projection;
    bool chosen = false;                // by the receiver, by name: it hears this voice however quiet
    std::optional<Instant> known_from;  // when the receiver has surely made room for a slot's SSRC
    VoiceHistory history;
};

struct VideoStream : Stream {
    VideoStream(std::uint32_t primary, std::uint32_t retransmissions, std::uint16_t sequence, std::uint32_t timestamp)
        : Stream(primary, retransmissions, kVideoHistory), projection(sequence, timestamp) {}
    projection::VideoProjection projection;
    KeyframeAllowance allowance;
    std::optional<Instant> key_frame_sent;
    Instant left_at{};  // a larger picture, for want of room: what waits of it need not go
    std::uint16_t filler = 0;           // how far back the last repetition for the line's sake was
    std::optional<std::uint8_t> asked;  // the encoding whose key frame we asked for on its behalf

    // A packet will go out soon; the rest of it is found by projection.prefetch_second().
    void prefetch_first() const {
        prefetch(static_cast<const Stream*>(this), 2 * kCacheLine);
        projection.prefetch_first();
        prefetch(&asked);
    }
};

}  // namespace klassenraum::bridge
