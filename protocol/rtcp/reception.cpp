#include "protocol/rtcp/reception.hpp"

#include <algorithm>

namespace klassenraum::rtcp {

void Reception::record(std::int64_t sequence, std::uint32_t timestamp, Instant arrival) {
    if (first_ < 0) first_ = sequence;
    if (received_ > 0) {
        // RFC 3550 §A.8: J += (|D| − J) / 16, in sixteenths. A change above ten seconds is a restart, not jitter.
        const std::int64_t ticks = (arrival - last_arrival_).count() * clock_rate_hz_ / 1'000'000;
        const std::int64_t transit = ticks - rtp::distance(last_timestamp_, timestamp);
        const std::int64_t change = std::min(transit < 0 ? -transit : transit, std::int64_t{10} * clock_rate_hz_);
        const std::int64_t jitter = jitter_sixteenths_ + change - (jitter_sixteenths_ + 8) / 16;
        jitter_sixteenths_ = static_cast<std::uint32_t>(std::max<std::int64_t>(jitter, 0));
    }
    last_timestamp_ = timestamp;
    last_arrival_ = arrival;
    first_ = std::min(first_, sequence);
    highest_ = std::max(highest_, sequence);
    ++received_;
}

void Reception::record(const SenderReport& report, Instant arrival) {
    last_sender_report_ = report.ntp.compact();
    sender_report_arrival_ = arrival;
}

std::optional<ReportBlock> Reception::report(std::uint32_t ssrc, Instant now) {
    if (received_ == 0) return std::nullopt;
    const auto expected = static_cast<std::uint64_t>(highest_ - first_ + 1);
    const auto expected_now = static_cast<std::int64_t>(expected - expected_before_);
    const auto received_now = static_cast<std::int64_t>(received_ - received_before_);
    const std::int64_t lost_now = expected_now - received_now;
    expected_before_ = expected;
    received_before_ = received_;

    ReportBlock block;
    block.ssrc = ssrc;
    if (expected_now > 0 && lost_now > 0) {
        block.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>(lost_now * 256 / expected_now, 255));
    }
    const std::int64_t lost = static_cast<std::int64_t>(expected) - static_cast<std::int64_t>(received_);
    block.cumulative_lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(lost, -0x800000, 0x7fffff));
    // The unwrapper's first cycle is ours, not the sender's (sequence.hpp).
    block.highest_sequence = static_cast<std::uint32_t>(highest_ - rtp::SequenceUnwrapper::kCycle);
    block.jitter = jitter_sixteenths_ / 16;
    block.last_sender_report = last_sender_report_;
    if (last_sender_report_ != 0) block.delay_since_sender_report = compact_duration(now - sender_report_arrival_);
    return block;
}

}  // namespace klassenraum::rtcp
