// A camera: three encodings of one picture (simulcast), or three layers on one SSRC, as libwebrtc sends them, paced,
// with retransmissions on request, key frames on request and only the encodings that somebody wants
// (jitsi-media.md 5.4). Owned by a Participant.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "bench/participant/layers.hpp"
#include "bench/participant/limits.hpp"
#include "bench/participant/options.hpp"
#include "bench/participant/video_encoder.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"
#include "protocol/rtp/forward.hpp"

namespace klassenraum::bench {

class VideoSender {
public:
    // `source` goes into the frames' notes.
    VideoSender(const Camera& camera, std::uint32_t source, Entropy& entropy, Instant now);

    std::vector<std::uint32_t> ssrcs() const;
    // The first encoding has these, which were told before it began.
    void announced(std::uint32_t ssrc, std::uint32_t rtx_ssrc);
    std::vector<std::uint32_t> rtx_ssrcs() const;

    void set_on(bool on, Instant now);
    bool on() const { return on_; }
    // SenderSourceConstraints: the encodings up to this height, the lowest always; 0: none, -1: all.
    void set_max_height(std::int32_t height, Instant now);
    std::int32_t max_height() const { return max_height_; }
    // What all encodings together may take; the lowest are served first.
    void set_rate_limit(std::uint32_t bits_per_second);

    void request_key_frame(Instant now);
    void request_packet(std::uint32_t ssrc, std::uint16_t sequence, Instant now);

    // Encodes what is due. Afterwards write_next() as long as it gives something.
    void expire(Instant now);
    std::size_t write_next(Instant now, const rtp::ForwardExtensions& extensions, MutableBytes slot);
    std::optional<Instant> deadline() const;

    struct Report {
        std::uint32_t ssrc = 0;
        std::uint32_t timestamp = 0;
        std::uint32_t packets = 0;
        std::uint32_t octets = 0;
    };
    // For the sender reports of the encodings that are sent.
    std::vector<Report> reports(Instant now) const;

    std::uint64_t key_frames() const { return key_frames_; }
    std::uint64_t retransmissions() const { return retransmissions_; }
    std::uint64_t octets() const { return octets_; }

private:
    struct SentPacket {
        std::vector<std::uint8_t> octets;  // fixed header and payload
        std::vector<std::uint8_t> dependency = {};
        Instant sent{};
        std::uint16_t sequence = 0;
        bool used = false;
        bool repeating = false;  // waits to be sent again
    };
    struct Encoding {
        VideoEncoder encoder;
        std::uint32_t ssrc = 0;
        std::uint32_t rtx_ssrc = 0;
        std::uint32_t nominal_rate = 0;
        std::uint32_t first_timestamp = 0;
        std::uint16_t height = 0;
        std::uint16_t sequence = 0;
        std::uint16_t rtx_sequence = 1;
        bool active = false;
        std::uint32_t packets = 0;
        std::uint32_t octets = 0;
        std::vector<SentPacket> sent = {};
    };
    struct Layer {
        VideoEncoder encoder;
        std::uint32_t nominal_rate = 0;
        bool active = false;
    };
    struct Queued {
        std::size_t encoding = 0;
        std::uint16_t sequence = 0;
        bool again = false;
    };
    void update_active(Instant now);
    bool wants(const Encoding& encoding, std::size_t index) const;
    void encode(std::size_t index, bool key, Instant now);
    void packetize(std::size_t index, const EncodedFrame& frame, Instant now);
    // Of a stream with layers: there is one encoding, and its encoder is not used.
    bool layered() const { return codec_ != rtp::Codec::Vp8; }
    void add_layers(const Camera& camera, std::size_t count, Entropy& entropy);
    std::size_t active_layers() const;
    void encode_layers(bool key, Instant now);
    void packetize_layer(LayerPacket packet, std::size_t octets, Instant now);
    SentPacket& new_packet(Encoding& encoding, bool marker, std::size_t payload, Instant now);
    std::uint32_t timestamp(const Encoding& encoding, Instant now) const;
    double target_rate() const;
    double pacing_rate() const;
    bool may_repeat(std::size_t octets, Instant now);
    void find_rate(Instant now);

    std::uint32_t source_;
    std::uint32_t frames_per_second_;
    rtp::Codec codec_;
    std::uint8_t payload_type_ = 0;
    std::uint8_t rtx_payload_type_ = 0;
    std::vector<Encoding> encodings_;
    std::vector<Layer> layers_;  // lowest first
    std::vector<std::uint16_t> heights_;
    DependencyWriter dependencies_;
    std::uint32_t rate_limit_ = 0xffffffff;
    bool on_;
    std::int32_t max_height_ = -1;  // a client that was told nothing sends everything
    Instant start_;
    Instant next_frame_;
    std::uint64_t frame_count_ = 0;
    bool key_frame_due_ = true;
    Instant last_key_frame_{};
    std::deque<Queued> queue_;
    std::deque<Queued> repeats_;
    Instant free_at_{};  // the pacer's
    Duration burst_;
    Duration ramp_;  // zero when it is over
    Instant repeat_window_{};
    double repeated_bits_ = 0;  // in the window
    std::uint64_t key_frames_ = 0;
    std::uint64_t retransmissions_ = 0;
    std::uint64_t octets_ = 0;
};

}  // namespace klassenraum::bench
