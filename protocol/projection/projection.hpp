// One outgoing video stream per receiver and source: which packets of the source's encodings go out and under which
// numbers, so that the receiver sees one encoder that never stops (jitsi-media.md §3.6, §3.7). project() decides,
// write_projected() applies. Owned by the bridge's subscription. Its windows come with the first key frame that goes
// out, as most of a receiver's streams never carry one; nothing allocates afterwards.
//
//   Closed ── key frame of a wanted encoding ──▶ Open(encoding) ── key frame of a better one ──▶ Open(encoding')
//      ▲                                             │
//      └──── pause(), remap(), lost too much ────────┘        numbers go on from the last one sent, always
#pragma once

#include <optional>
#include <vector>

#include "protocol/core/drop_reason.hpp"
#include "protocol/core/result.hpp"
#include "protocol/core/time.hpp"
#include "protocol/projection/limits.hpp"
#include "protocol/projection/sequence_map.hpp"
#include "protocol/projection/video_packet.hpp"
#include "protocol/rtp/forward.hpp"

namespace klassenraum::projection {

// What the allocator wants. Layers above those that exist mean: all of them.
struct Target {
    std::uint8_t encoding = 0;
    std::uint8_t spatial = 7;
    std::uint8_t temporal = 7;
    bool operator==(const Target&) const = default;
};

// How one packet goes out; SSRC and payload type are the receiver's business.
struct Projection {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    bool marker = false;
    std::uint16_t number = 0;  // PictureID or frame number, by the packet's descriptor
    std::uint8_t tl0_picture_index = 0;
    std::uint8_t template_id_delta = 0;  // dependency descriptor
    std::optional<std::uint32_t> active_decode_targets{};
    bool operator==(const Projection&) const = default;
};

class VideoProjection {
public:
    // Random first numbers keep receivers (and SRTP) as RFC 3550 §5.1 wants them.
    VideoProjection(std::uint16_t first_sequence, std::uint32_t first_timestamp);

    // nullopt: pause at once; going on needs a key frame.
    void set_target(std::optional<Target> target);
    const std::optional<Target>& target() const { return target_; }
    // The encoding that is being forwarded.
    std::optional<std::uint8_t> encoding() const { return open_ ? std::optional(encoding_) : std::nullopt; }
    // The encoding whose key frame is awaited; ask for it (throttled) as long as this stands.
    std::optional<std::uint8_t> needs_key_frame() const { return wanted_key_frame_; }
    // A bit for each encoding of which packets may go out, now or with a key frame. Grows only where the target or the
    // awaited key frame changes.
    std::uint8_t looked_at() const;
    // Another source takes over this outgoing stream (SSRC rewriting).
    void remap();

    // Every packet of the source, of whichever encoding, once.
    Result<Projection, DropReason> project(const VideoPacket& packet, Instant now);

    // Retransmission: which incoming packet the receiver misses, to be taken from the source's cache …
    struct Input {
        std::uint8_t encoding = 0;
        std::uint16_t sequence = 0;
    };
    std::optional<Input> locate(std::uint16_t output_sequence) const;
    // … and how it went out, or would have gone out had it come in time.
    Result<Projection, DropReason> project_again(const VideoPacket& packet, Instant now);

    // The memory of a stream that is not open and of which nothing is asked for again. Now and then.
    void give_back(Instant now);

    // The RTP timestamp of a sender report of `encoding` on the outgoing timeline; none when that is not being sent.
    std::optional<std::uint32_t> translate_timestamp(std::uint8_t encoding, std::uint32_t timestamp) const;
    // A packet will be projected soon; the second step is for what is found through the first.
    void prefetch_first() const { prefetch(this, sizeof *this); }
    void prefetch_second() const {
        sequences_.prefetch_next();
        if (!frames_.empty()) prefetch(&frames_[newest_]);
    }

    bool sent_anything() const { return sent_anything_; }
    std::uint16_t last_sequence() const { return last_sequence_; }

private:
    struct Frame {
        std::uint32_t key = 0;        // incoming timestamp, or frame number with a dependency descriptor
        std::uint32_t timestamp = 0;  // outgoing
        std::uint32_t at = 0;         // coarse()
        std::uint16_t incoming_number = 0;
        std::uint16_t number = 0;        // outgoing
        std::uint16_t number_delta = 0;  // in force behind this frame
        std::uint8_t tl0_picture_index = 0;
        std::uint8_t top = 0;  // the highest spatial layer of its picture that goes out
        std::uint8_t decode_target = 0;
        std::uint8_t spatial : 3 = 0;
        bool used : 1 = false;
        bool accepted : 1 = false;
        bool announces_targets : 1 = false;  // the first one after a change of decode target
    };
    static_assert(sizeof(Frame) == 24);  // there are some hundred of these in each stream that is open
    // A packet in its turn moves the layers towards the target; a late one takes them as they are.
    enum class Turn : std::uint8_t { InTurn, Late };
    using Projected = Result<Projection, DropReason>;

    static constexpr std::size_t kFirstFrames = 64;

    bool wants(std::uint8_t encoding) const;
    void ask_for_key_frame(const VideoPacket& packet, Instant now);
    Projected open(const VideoPacket& packet, Instant now);
    Projected project_next(const VideoPacket& packet, Instant now);
    Projected project_late(const VideoPacket& packet, Instant now);
    Projected send(const VideoPacket& packet, const Frame& frame, Instant now);
    void drop_padding(const VideoPacket& packet);
    void settle_gap(const VideoPacket& packet, const Frame& left, const Frame& right);
    bool continues_stream(const VideoPacket& packet) const;

    static std::uint32_t coarse(Instant time);
    void make_room_for_frame(Instant now);
    Frame& begin_frame(const VideoPacket& packet, bool accepted, std::uint16_t number_delta, Turn turn, Instant now);
    Frame* find_frame(const VideoPacket& packet);
    const Frame* frame_before(const VideoPacket& packet) const;
    bool take_number_back(const VideoPacket& packet);
    static bool same_frame(const Frame& frame, const VideoPacket& packet);
    bool follows(const Frame& frame, const VideoPacket& packet) const;
    std::uint32_t outgoing_timestamp(const VideoPacket& packet, Turn turn, Instant now);
    std::uint32_t switched_timestamp(const VideoPacket& packet, Instant now) const;
    void continue_numbers(const VideoPacket& packet);
    Projection projection_of(const VideoPacket& packet, const Frame& frame, std::uint16_t sequence) const;
    std::optional<std::uint32_t> written_decode_targets(const VideoPacket& packet, const Frame& frame) const;
    bool ends_picture(const VideoPacket& packet, const Frame& frame) const;
    std::uint8_t top_layer(const VideoPacket& packet) const;

    // Layer filters (layer_filter.cpp).
    void open_layers(const VideoPacket& packet);
    bool accept_layer(const VideoPacket& packet, Turn turn);
    bool accept_vp8(const VideoPacket& packet, Turn turn);
    bool accept_vp9(const VideoPacket& packet, Turn turn);
    bool accept_vp9_spatial(const VideoPacket& packet, Turn turn);
    bool accept_dependency(const VideoPacket& packet, Turn turn);
    bool references_sent(const VideoPacket& packet) const;
    void wait_for_layer(unsigned frames);
    std::uint8_t allowed_temporal() const;
    std::uint8_t allowed_spatial() const;

    std::optional<Target> target_;
    std::optional<std::uint8_t> wanted_key_frame_;
    Instant target_seen_{};  // when a packet of the target's encoding came last
    Instant last_key_frame_{};
    SequenceMap<kSequenceWindow> sequences_;
    std::vector<Frame> frames_;  // kFirstFrames to kFrameWindow, or none before the first key frame
    std::size_t next_frame_ = 0;
    std::size_t newest_ = 0;  // the frame of the packet with the highest sequence number

    // The incoming encoding being forwarded. Deltas are outgoing − incoming.
    bool open_ = false;
    std::uint8_t encoding_ = 0;
    rtp::Codec codec_ = rtp::Codec::Vp8;
    Descriptor descriptor_ = Descriptor::Generic;
    std::uint32_t timestamp_delta_ = 0;
    std::uint16_t number_delta_ = 0;
    std::uint8_t tl0_delta_ = 0;
    std::uint8_t template_delta_ = 0;
    bool frame_ended_ = false;    // the packet with the highest sequence number ended its frame
    bool picture_ended_ = false;  // … and its picture

    // Its layers that are forwarded now.
    std::uint8_t temporal_ = 7;
    std::uint8_t spatial_ = 7;
    std::uint8_t decode_target_ = 0;
    std::uint8_t continuous_ = 0;  // VP9: a bit per spatial layer of which nothing was left out
    std::uint8_t picture_ = 0;     // VP9: a bit per spatial layer forwarded of the present picture
    std::uint32_t picture_timestamp_ = 0;
    bool top_known_ = false;       // VP9: no layer lies above spatial_ but by our choice
    bool target_changed_ = false;  // the decode target, with the frame that is being decided
    unsigned layer_wait_ = 0;      // frames for which the target's layers could not be reached

    // The outgoing stream; survives everything.
    bool sent_anything_ = false;
    bool same_source_ = false;  // what was sent last and what comes now have one sender's clock
    bool incomplete_ = false;   // the last picture sent has not ended
    std::uint16_t last_sequence_;
    std::uint32_t last_timestamp_;
    std::optional<std::uint16_t> last_picture_id_;
    std::optional<std::uint16_t> last_frame_number_;
    std::optional<std::uint8_t> last_tl0_;
    std::optional<std::uint8_t> next_template_;
    Instant last_sent_{};
};

// Copies the packet into the slot as decided. `header` supplies ssrc and payload type; for RTX also its own sequence,
// and any original_sequence, which is replaced by the projection's. The dependency descriptor is added to `extensions`.
rtp::Written write_projected(const rtp::Packet& packet,
                             const VideoPacket& video,
                             const Projection& projection,
                             rtp::ForwardHeader header,
                             rtp::ForwardExtensions extensions,
                             MutableBytes slot);

}  // namespace klassenraum::projection
