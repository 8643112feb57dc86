// Sender and receiver reports, source description and goodbye (RFC 3550 §6.4–6.6).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/limits.hpp"
#include "protocol/rtcp/ntp.hpp"

namespace klassenraum::rtcp {

struct ReportBlock {
    std::uint32_t ssrc = 0;
    std::uint8_t fraction_lost = 0;    // of 256
    std::int32_t cumulative_lost = 0;  // 24 bits, signed
    std::uint32_t highest_sequence = 0;
    std::uint32_t jitter = 0;
    std::uint32_t last_sender_report = 0;         // compact NTP
    std::uint32_t delay_since_sender_report = 0;  // 1/65536 s
    bool operator==(const ReportBlock&) const = default;
};

struct SenderReport {
    std::uint32_t ssrc = 0;
    NtpTime ntp;
    std::uint32_t rtp_timestamp = 0;
    std::uint32_t packet_count = 0;
    std::uint32_t octet_count = 0;
};

struct ReportBlocks {
    std::array<ReportBlock, kMaxReportBlocks> blocks{};
    std::size_t count = 0;
    auto begin() const { return blocks.begin(); }
    auto end() const { return blocks.begin() + static_cast<std::ptrdiff_t>(count); }
};

std::optional<SenderReport> parse_sender_report(const Member& member);
// The blocks of a sender or receiver report; none when fewer are there than it promises.
std::optional<ReportBlocks> parse_report_blocks(const Member& member);
// The SSRCs of a BYE; the reason is ignored.
struct Goodbye {
    std::array<std::uint32_t, 31> ssrcs{};
    std::size_t count = 0;
};
std::optional<Goodbye> parse_bye(const Member& member);
// The CNAME of the first chunk, as a view into the datagram.
std::optional<std::string_view> parse_cname(const Member& member);

void write_sender_report(ByteWriter& out, const SenderReport& report, std::span<const ReportBlock> blocks = {});
// At most kMaxReportBlocks; write further ones into another report.
void write_receiver_report(ByteWriter& out, std::uint32_t sender_ssrc, std::span<const ReportBlock> blocks);
void write_cname(ByteWriter& out, std::uint32_t ssrc, std::string_view cname);
void write_bye(ByteWriter& out, std::span<const std::uint32_t> ssrcs);

// RFC 3550 §6.4.1: A − LSR − DLSR; none when the block answers no sender report or the result is absurd.
std::optional<Duration> round_trip(const ReportBlock& block, NtpTime now);

}  // namespace klassenraum::rtcp
