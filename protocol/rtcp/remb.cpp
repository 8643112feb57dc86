#include "protocol/rtcp/remb.hpp"

#include <algorithm>

namespace klassenraum::rtcp {

namespace {

constexpr std::uint32_t kIdentifier = 0x52454d42;  // "REMB"
constexpr unsigned kMantissaBits = 18;

}  // namespace

std::optional<Remb> parse_remb(const Member& member) {
    if (!member.is(PayloadFormat::Application)) return std::nullopt;
    ByteReader in(member.body);
    Remb remb;
    remb.sender_ssrc = in.u32();
    in.skip(4);
    const std::uint32_t identifier = in.u32();
    const std::size_t count = in.u8();
    const std::uint32_t rate = in.u24();
    if (!in.ok() || identifier != kIdentifier || count > kMaxRembSsrcs) return std::nullopt;
    const std::uint32_t exponent = rate >> kMantissaBits;
    const std::uint64_t mantissa = rate & ((1U << kMantissaBits) - 1);
    remb.bitrate_bps = mantissa << exponent;
    // An exponent up to 63 may shift bits out: that much is no estimate.
    if (remb.bitrate_bps >> exponent != mantissa) return std::nullopt;
    for (; remb.count < count; ++remb.count) remb.ssrcs[remb.count] = in.u32();
    if (!in.ok()) return std::nullopt;
    return remb;
}

void write_remb(ByteWriter& out,
                std::uint32_t sender_ssrc,
                std::uint64_t bitrate_bps,
                std::span<const std::uint32_t> ssrcs) {
    ssrcs = ssrcs.first(std::min(ssrcs.size(), kMaxRembSsrcs));
    std::uint32_t exponent = 0;
    while (bitrate_bps >> exponent >= 1U << kMantissaBits) ++exponent;
    const std::size_t begin =
        begin_member(out, Type::PayloadFeedback, static_cast<std::uint8_t>(PayloadFormat::Application));
    out.u32(sender_ssrc);
    out.u32(0);
    out.u32(kIdentifier);
    out.u8(static_cast<std::uint8_t>(ssrcs.size()));
    out.u24(exponent << kMantissaBits | static_cast<std::uint32_t>(bitrate_bps >> exponent));
    for (const std::uint32_t ssrc : ssrcs) out.u32(ssrc);
    finish_member(out, begin);
}

}  // namespace klassenraum::rtcp
