// How the RTP timestamps of a source's encodings relate, learned from its sender reports (RFC 3550 §6.4.1: each pairs
// an RTP timestamp with the sender's NTP clock). One per source, shared by all its projections.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/projection/limits.hpp"

namespace klassenraum::projection {

class SenderClock {
public:
    explicit SenderClock(std::uint32_t clock_rate_hz) : clock_rate_hz_(clock_rate_hz) {}

    // `ntp` is 32.32, as in the report.
    void record(std::uint8_t encoding, std::uint32_t rtp_timestamp, std::uint64_t ntp);
    // The timestamp that encoding `to` has at the instant where `from` has `timestamp`.
    std::optional<std::uint32_t> translate(std::uint8_t from, std::uint32_t timestamp, std::uint8_t to) const;

private:
    struct Report {
        std::uint64_t ntp = 0;  // 0: none yet
        std::uint32_t timestamp = 0;
    };
    std::uint32_t clock_rate_hz_;
    std::array<Report, kMaxEncodings> reports_{};
};

}  // namespace klassenraum::projection
