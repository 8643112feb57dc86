// What a receiver report says about one incoming SSRC: loss and jitter (RFC 3550 §6.4.1, appendices A.3 and A.8), and
// the last sender report. Owned by the bridge's source, one per SSRC; fed only after authentication.
#pragma once

#include "protocol/rtcp/report.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::rtcp {

class Reception {
public:
    explicit Reception(std::uint32_t clock_rate_hz) : clock_rate_hz_(clock_rate_hz) {}

    // `sequence` is extended (rtp::SequenceUnwrapper). Count each packet once; retransmissions count as received.
    void record(std::int64_t sequence, std::uint32_t timestamp, Instant arrival);
    void record(const SenderReport& report, Instant arrival);
    // Closes the interval. None before the first packet.
    std::optional<ReportBlock> report(std::uint32_t ssrc, Instant now);

    std::uint64_t received() const { return received_; }

private:
    std::uint32_t clock_rate_hz_;
    std::int64_t first_ = -1;
    std::int64_t highest_ = -1;
    std::uint64_t received_ = 0;
    std::uint64_t expected_before_ = 0;
    std::uint64_t received_before_ = 0;
    std::uint32_t last_timestamp_ = 0;
    Instant last_arrival_{};
    std::uint32_t jitter_sixteenths_ = 0;
    std::uint32_t last_sender_report_ = 0;
    Instant sender_report_arrival_{};
};

}  // namespace klassenraum::rtcp
