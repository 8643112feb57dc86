#include "protocol/rtcp/nack.hpp"

#include "protocol/rtcp/limits.hpp"

namespace klassenraum::rtcp {

std::optional<Nack> parse_nack(const Member& member) {
    if (!member.is(TransportFormat::Nack)) return std::nullopt;
    ByteReader in(member.body);
    Nack nack;
    nack.sender_ssrc = in.u32();
    nack.media_ssrc = in.u32();
    nack.items = in.rest();
    if (!in.ok() || nack.items.empty() || nack.items.size() / 4 > kMaxNackItems) return std::nullopt;
    return nack;
}

void write_nack(ByteWriter& out,
                std::uint32_t sender_ssrc,
                std::uint32_t media_ssrc,
                std::span<const std::uint16_t> sequences) {
    if (sequences.empty()) return;
    const std::size_t begin =
        begin_member(out, Type::TransportFeedback, static_cast<std::uint8_t>(TransportFormat::Nack));
    out.u32(sender_ssrc);
    out.u32(media_ssrc);
    for (std::size_t i = 0, items = 0; i < sequences.size() && items < kMaxNackItems; ++items) {
        const std::uint16_t first = sequences[i++];
        std::uint16_t following = 0;
        for (; i < sequences.size(); ++i) {
            const auto ahead = static_cast<std::uint16_t>(sequences[i] - first);
            if (ahead > 16) break;
            if (ahead > 0) following = static_cast<std::uint16_t>(following | 1U << (ahead - 1));
        }
        out.u16(first);
        out.u16(following);
    }
    finish_member(out, begin);
}

}  // namespace klassenraum::rtcp
