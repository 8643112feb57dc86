#include "protocol/rtcp/report.hpp"

#include <algorithm>

namespace klassenraum::rtcp {

namespace {

ReportBlock read_block(ByteReader& in) {
    ReportBlock block;
    block.ssrc = in.u32();
    block.fraction_lost = in.u8();
    const std::uint32_t lost = in.u24();
    block.cumulative_lost = static_cast<std::int32_t>(lost) - ((lost & 0x800000) != 0 ? 0x1000000 : 0);
    block.highest_sequence = in.u32();
    block.jitter = in.u32();
    block.last_sender_report = in.u32();
    block.delay_since_sender_report = in.u32();
    return block;
}

void write_block(ByteWriter& out, const ReportBlock& block) {
    out.u32(block.ssrc);
    out.u8(block.fraction_lost);
    out.u24(static_cast<std::uint32_t>(std::clamp(block.cumulative_lost, -0x800000, 0x7fffff)) & 0xffffff);
    out.u32(block.highest_sequence);
    out.u32(block.jitter);
    out.u32(block.last_sender_report);
    out.u32(block.delay_since_sender_report);
}

constexpr std::size_t kSenderInfoSize = 24;  // with the sender's SSRC

}  // namespace

std::optional<SenderReport> parse_sender_report(const Member& member) {
    if (!member.is(Type::SenderReport)) return std::nullopt;
    ByteReader in(member.body);
    SenderReport report;
    report.ssrc = in.u32();
    report.ntp.value = in.u64();
    report.rtp_timestamp = in.u32();
    report.packet_count = in.u32();
    report.octet_count = in.u32();
    if (!in.ok()) return std::nullopt;
    return report;
}

std::optional<ReportBlocks> parse_report_blocks(const Member& member) {
    ByteReader in(member.body);
    if (member.is(Type::SenderReport)) {
        in.skip(kSenderInfoSize);
    } else if (member.is(Type::ReceiverReport)) {
        in.skip(4);
    } else {
        return std::nullopt;
    }
    ReportBlocks out;
    for (; out.count < member.count && in.ok(); ++out.count) out.blocks[out.count] = read_block(in);
    if (!in.ok()) return std::nullopt;
    return out;
}

std::optional<Goodbye> parse_bye(const Member& member) {
    if (!member.is(Type::Bye)) return std::nullopt;
    ByteReader in(member.body);
    Goodbye out;
    for (; out.count < member.count && in.ok(); ++out.count) out.ssrcs[out.count] = in.u32();
    if (!in.ok()) return std::nullopt;
    return out;
}

std::optional<std::string_view> parse_cname(const Member& member) {
    constexpr std::uint8_t kCname = 1;
    if (!member.is(Type::SourceDescription) || member.count == 0) return std::nullopt;
    ByteReader in(member.body);
    in.skip(4);
    while (in.ok() && in.remaining() > 0) {
        const std::uint8_t item = in.u8();
        if (item == 0) return std::nullopt;
        const ByteView value = in.bytes(in.u8());
        if (in.ok() && item == kCname) return as_text(value);
    }
    return std::nullopt;
}

void write_sender_report(ByteWriter& out, const SenderReport& report, std::span<const ReportBlock> blocks) {
    blocks = blocks.first(std::min(blocks.size(), kMaxReportBlocks));
    const std::size_t begin = begin_member(out, Type::SenderReport, static_cast<std::uint8_t>(blocks.size()));
    out.u32(report.ssrc);
    out.u64(report.ntp.value);
    out.u32(report.rtp_timestamp);
    out.u32(report.packet_count);
    out.u32(report.octet_count);
    for (const ReportBlock& block : blocks) write_block(out, block);
    finish_member(out, begin);
}

void write_receiver_report(ByteWriter& out, std::uint32_t sender_ssrc, std::span<const ReportBlock> blocks) {
    blocks = blocks.first(std::min(blocks.size(), kMaxReportBlocks));
    const std::size_t begin = begin_member(out, Type::ReceiverReport, static_cast<std::uint8_t>(blocks.size()));
    out.u32(sender_ssrc);
    for (const ReportBlock& block : blocks) write_block(out, block);
    finish_member(out, begin);
}

void write_cname(ByteWriter& out, std::uint32_t ssrc, std::string_view cname) {
    cname = cname.substr(0, 255);
    const std::size_t begin = begin_member(out, Type::SourceDescription, 1);
    out.u32(ssrc);
    out.u8(1);
    out.u8(static_cast<std::uint8_t>(cname.size()));
    out.bytes(as_bytes(cname));
    // RFC 3550 §6.5: the list of items ends with at least one zero octet and is padded to a word.
    out.zeros(4 - (2 + cname.size()) % 4);
    finish_member(out, begin);
}

void write_bye(ByteWriter& out, std::span<const std::uint32_t> ssrcs) {
    ssrcs = ssrcs.first(std::min(ssrcs.size(), Goodbye{}.ssrcs.size()));
    const std::size_t begin = begin_member(out, Type::Bye, static_cast<std::uint8_t>(ssrcs.size()));
    for (const std::uint32_t ssrc : ssrcs) out.u32(ssrc);
    finish_member(out, begin);
}

std::optional<Duration> round_trip(const ReportBlock& block, NtpTime now) {
    if (block.last_sender_report == 0) return std::nullopt;
    const std::uint32_t units = now.compact() - block.last_sender_report - block.delay_since_sender_report;
    // Above half the range the client's delay was longer than the time that passed: rounding, or nonsense.
    constexpr std::uint32_t kRounding = 0xffffffffU - 655;  // 10 ms
    if (units >= kRounding) return Duration(0);
    constexpr std::uint32_t kLongest = 60 * 65536;
    if (units > kLongest) return std::nullopt;
    return from_compact(units);
}

}  // namespace klassenraum::rtcp
