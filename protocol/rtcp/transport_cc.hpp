// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): reading what a
// client says about our packets, and recording arrivals to tell a client about its own. One recorder per transport.
#pragma once

#include <optional>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/limits.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::rtcp {

struct PacketStatus {
    std::uint16_t sequence = 0;
    bool received = false;
    // Since the message's reference time, on the client's clock; only for received packets.
    Duration offset{};
};

// A checked message; next() walks over its packets.
class TransportCcFeedback {
public:
    static std::optional<TransportCcFeedback> parse(const Member& member);

    std::uint32_t sender_ssrc() const { return sender_ssrc_; }
    std::uint32_t media_ssrc() const { return media_ssrc_; }
    std::uint16_t base_sequence() const { return base_sequence_; }
    std::uint16_t status_count() const { return status_count_; }
    std::uint8_t feedback_count() const { return feedback_count_; }
    // Multiples of 64 ms, 24 bits, signed; wraps about every six days.
    Duration reference_time() const { return reference_time_; }

    std::optional<PacketStatus> next();

private:
    std::optional<std::uint8_t> next_symbol();

    std::uint32_t sender_ssrc_ = 0;
    std::uint32_t media_ssrc_ = 0;
    std::uint16_t base_sequence_ = 0;
    std::uint16_t status_count_ = 0;
    std::uint8_t feedback_count_ = 0;
    Duration reference_time_{};
    ByteReader chunks_{{}};
    ByteReader deltas_{{}};
    std::uint16_t walked_ = 0;
    std::uint16_t chunk_ = 0;
    std::uint16_t chunk_left_ = 0;
    Duration offset_{};
};

// Feedback is due 100 ms after the last one, or after 50 ms when a frame ended (marker): libwebrtc sends none sooner,
// and on a narrow line a message for each frame takes room from what is shown.
class TransportCcRecorder {
public:
    static constexpr Duration kInterval = std::chrono::milliseconds(100);
    static constexpr Duration kMarkerInterval = std::chrono::milliseconds(50);

    // Takes the memory that record() needs, which record() would take itself.
    void prepare() {
        if (arrivals_.empty()) arrivals_.resize(kArrivalWindow);
    }
    // `ssrc` is that of the packet: it becomes the feedback's media SSRC.
    void record(std::uint16_t transport_sequence, std::uint32_t ssrc, bool marker, Instant arrival);
    bool due(Instant now) const;
    // When due() becomes true without a further packet.
    std::optional<Instant> deadline() const;
    // Writes one feedback message of at most kMaxRtcpSize octets; false when nothing is left to report. Call until
    // then.
    bool write_feedback(ByteWriter& out, std::uint32_t sender_ssrc, Instant now);

private:
    // 8 octets, as everybody who sends has a window of these.
    struct Arrival {
        std::uint32_t next = 0;     // sequence number + 1, its lower half; 0: none
        std::uint32_t time_us = 0;  // wraps after an hour, long after it was told
    };
    const Arrival* find(std::int64_t sequence) const;

    std::vector<Arrival> arrivals_;  // none before the first packet: many only listen
    rtp::SequenceUnwrapper unwrapper_;
    std::int64_t next_ = -1;     // first sequence number of the next message
    std::int64_t highest_ = -1;  // last one to report
    std::optional<Instant> last_feedback_;
    Instant first_unreported_{};
    std::uint32_t media_ssrc_ = 0;
    std::uint8_t feedback_count_ = 0;
    bool frame_ended_ = false;
    bool pending_ = false;
};

}  // namespace klassenraum::rtcp
