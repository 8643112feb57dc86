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
    Instant at{};
    rtp::ForwardHeader header{};
    std::optional<std::uint16_t> transport_sequence{};
    std::optional<std::uint32_t> abs_send_time{};
};

// By sequence number; its memory comes with the first packet and goes with the last, as most microphones of a class are
// off.
class VoiceHistory {
public:
    void note(const SentVoice& voice) {
        if (voices_.empty()) voices_.resize(kAudioHistory);
        voices_[voice.header.sequence % kAudioHistory] = {
            .at = voice.at,
            .timestamp = voice.header.timestamp,
            .abs_send_time = voice.abs_send_time.value_or(0) & 0xffffff,
            .sent = 1,
            .has_transport_sequence = voice.transport_sequence.has_value() ? 1U : 0U,
            .has_abs_send_time = voice.abs_send_time.has_value() ? 1U : 0U,
            .marker = voice.header.marker ? 1U : 0U,
            .sequence = voice.header.sequence,
            .transport_sequence = voice.transport_sequence.value_or(0),
            .payload_type = voice.header.payload_type};
    }
    // What was noted under this number, with the stream's own SSRC.
    std::optional<SentVoice> find(std::uint16_t sequence, std::uint32_t ssrc) const {
        if (voices_.empty()) return std::nullopt;
        const Kept& kept = voices_[sequence % kAudioHistory];
        if (kept.sent == 0 || kept.sequence != sequence) return std::nullopt;
        SentVoice voice{.at = kept.at,
                        .header = {.ssrc = ssrc,
                                   .timestamp = kept.timestamp,
                                   .sequence = kept.sequence,
                                   .payload_type = kept.payload_type,
                                   .marker = kept.marker != 0}};
        if (kept.has_transport_sequence != 0) voice.transport_sequence = kept.transport_sequence;
        if (kept.has_abs_send_time != 0) voice.abs_send_time = kept.abs_send_time;
        return voice;
    }
    void give_back() { voices_ = std::vector<Kept>(); }

private:
    struct Kept {  // 24 octets, as each receiver has this for each voice
        Instant at{};
        std::uint32_t timestamp = 0;
        std::uint32_t abs_send_time : 24 = 0;
        std::uint32_t sent : 1 = 0;
        std::uint32_t has_transport_sequence : 1 = 0;
        std::uint32_t has_abs_send_time : 1 = 0;
        std::uint32_t marker : 1 = 0;
        std::uint16_t sequence = 0;
        std::uint16_t transport_sequence = 0;
        std::uint8_t payload_type = 0;
    };
    static_assert(sizeof(Kept) == 24);

    std::vector<Kept> voices_;
};

struct AudioStream : Stream {
    AudioStream(std::uint32_t primary, std::uint32_t, std::uint16_t sequence, std::uint32_t timestamp)
        : Stream(primary, 0, kAudioHistory), projection(sequence, timestamp) {}
    projection::AudioProjection projection;
    bool chosen = false;                // by the receiver, by name: it hears this voice however quiet
    std::optional<Instant> known_from;  // when the receiver has surely made room for a slot's SSRC
    VoiceHistory history;

    // What was kept for repetitions, when nobody asks for any. Now and then.
    void give_back(Instant now) {
        repeats.give_back(now);
        if (now - last_sent > kVoicePatience) history.give_back();
    }
};

struct VideoStream : Stream {
    VideoStream(std::uint32_t primary, std::uint32_t retransmissions, std::uint16_t sequence, std::uint32_t timestamp)
        : Stream(primary, retransmissions, kVideoHistory), projection(sequence, timestamp) {}
    projection::VideoProjection projection;
    KeyframeAllowance allowance;
    std::optional<Instant> key_frame_sent;  // its last packet so far
    Instant left_at{};                      // a larger picture, for want of room: what waits of it need not go
    std::optional<std::uint32_t> key_frame_timestamp;
    std::uint16_t filler = 0;           // how far back the last repetition for the line's sake was
    std::optional<std::uint8_t> asked;  // the encoding whose key frame we asked for on its behalf

    void give_back(Instant now) {
        repeats.give_back(now);
        projection.give_back(now);
    }
    // A packet will go out soon; the rest of it is found by projection.prefetch_second().
    void prefetch_first() const {
        prefetch(static_cast<const Stream*>(this), 2 * kCacheLine);
        projection.prefetch_first();
        prefetch(&asked);
    }
};

}  // namespace klassenraum::bridge
