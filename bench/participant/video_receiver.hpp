// One received video SSRC as a browser treats it: packets are put together to frames, frames are decoded in order as
// soon as what they depend on was decoded (RFC 7741: key frame, TL0PICIDX, PictureID, layer sync), what is missing is
// asked for, and a key frame when nothing else helps. VP8, VP9 (non-flexible) and AV1 with a Dependency Descriptor; of
// streams with layers a frame is a picture, of which each layer has a history of its own. Owned by Receiver.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/participant/frame_note.hpp"
#include "bench/participant/limits.hpp"
#include "bench/participant/nack_list.hpp"
#include "bench/participant/quality.hpp"
#include "protocol/rtcp/reception.hpp"
#include "protocol/rtp/dependency_descriptor.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::bench {

class VideoReceiver {
public:
    explicit VideoReceiver(std::uint32_t ssrc) : ssrc_(ssrc) {}

    // Whose frames are to come now, and where their quality is noted; null: nobody's.
    void expect(std::uint32_t source, VideoQuality* quality, Instant now);
    // A packet of this SSRC, after RTX decapsulation.
    void receive(const rtp::Packet& packet, Instant now);
    // Decodes what waited long enough.
    void expire(Instant now);
    // Something waits that time changes.
    bool busy(Instant now) const;
    // True when a key frame is to be asked for now.
    bool take_key_frame_request(Instant now);

    std::uint32_t ssrc() const { return ssrc_; }
    bool has_shown() const { return quality_ != nullptr && quality_->first_frame; }
    NackList nacks;
    rtcp::Reception reception{90000};
    std::uint64_t duplicates = 0;
    std::uint32_t key_frame_requests = 0;

private:
    struct Part {  // of a frame: one packet
        std::int64_t sequence = -1;
        std::uint32_t timestamp = 0;
        std::uint16_t picture_id = 0;
        std::uint8_t tl0 = 0;
        std::uint8_t temporal = 0;
        std::uint8_t spatial = 0;
        bool layered = false;
        bool sync = false;
        bool start = false;  // of a frame; of streams with layers: of a layer's
        bool key = false;
        bool dependent = false;    // a Dependency Descriptor says on what
        std::uint16_t number = 0;  // its frame's, and how far back
        rtp::FrameDiffs diffs{};   // … those are that it needs
        bool marker = false;
        bool padding = false;
        FrameNote note{};
    };
    struct History {  // of a layer, by PictureID
        bool started = false;
        std::uint16_t base_picture = 0;  // of the latest frame of temporal layer 0
        std::uint8_t tl0 = 0;
        std::uint64_t since_base = 0;  // a bit per PictureID behind the base that was decoded
    };
    struct Frame {
        std::int64_t first = 0;
        std::int64_t last = 0;
        Instant complete_at{};
        Part head;
    };
    Part& part(std::int64_t sequence) { return parts_[static_cast<std::size_t>(sequence) % kPacketWindow]; }
    bool holds(std::int64_t sequence) { return sequence >= 0 && part(sequence).sequence == sequence; }
    bool read(const rtp::Packet& packet, Part& part);
    bool read_vp8(ByteView payload, Part& part) const;
    bool read_vp9(ByteView payload, Part& part) const;
    bool read_av1(const rtp::Packet& packet, Part& part);
    bool begins_picture(std::int64_t sequence);
    void assemble(std::int64_t sequence, Instant now);
    void decode_ready(Instant now);
    bool follows_at_once(const Frame& frame);
    bool decodable(const Frame& frame);
    bool decodable(const Part& head) const;
    void remember(const Part& head);
    void decode(const Frame& frame, Instant now);
    void check_truth(const Frame& frame);
    Duration patience() const;

    std::uint32_t ssrc_;
    std::uint32_t source_ = 0;
    VideoQuality* quality_ = nullptr;
    rtp::SequenceUnwrapper sequences_;
    std::array<Part, kPacketWindow> parts_{};
    std::vector<Frame> waiting_;  // complete, ascending

    // What the decoder holds.
    bool started_ = false;  // a key frame was decoded
    std::int64_t last_sequence_ = -1;
    std::uint16_t last_picture_ = 0;
    std::array<History, kMaxEncodings> histories_{};
    std::array<std::uint32_t, 256> numbers_{};  // of decoded frames, plus one, where a Dependency Descriptor tells them
    std::unique_ptr<rtp::TemplateStructure> structure_;
    // Numbers of the frames that were decoded, by the sender's count, of each layer.
    std::array<std::array<std::uint32_t, 64>, kMaxEncodings> truth_{};
    std::uint8_t truth_encoding_ = 0xff;
    std::uint32_t truth_source_ = 0;

    std::optional<Instant> first_packet_;
    Instant last_packet_{};
    Instant last_decoded_{};
    std::optional<Instant> asked_;
    std::optional<std::uint32_t> key_frame_timestamp_;  // of the latest one of which a packet came
    std::optional<Instant> last_key_frame_packet_;
};

}  // namespace klassenraum::bench
