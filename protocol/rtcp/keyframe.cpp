#include "protocol/rtcp/keyframe.hpp"

namespace klassenraum::rtcp {

std::optional<Pli> parse_pli(const Member& member) {
    if (!member.is(PayloadFormat::Pli)) return std::nullopt;
    ByteReader in(member.body);
    Pli pli;
    pli.sender_ssrc = in.u32();
    pli.media_ssrc = in.u32();
    if (!in.ok()) return std::nullopt;
    return pli;
}

void write_pli(ByteWriter& out, std::uint32_t sender_ssrc, std::uint32_t media_ssrc) {
    const std::size_t begin = begin_member(out, Type::PayloadFeedback, static_cast<std::uint8_t>(PayloadFormat::Pli));
    out.u32(sender_ssrc);
    out.u32(media_ssrc);
    finish_member(out, begin);
}

std::optional<Fir> parse_fir(const Member& member) {
    constexpr std::size_t kEntrySize = 8;
    if (!member.is(PayloadFormat::Fir)) return std::nullopt;
    ByteReader in(member.body);
    Fir fir;
    fir.sender_ssrc = in.u32();
    in.skip(4);  // RFC 5104 §4.3.1.2: the media source is in the entries
    while (in.remaining() >= kEntrySize && fir.count < fir.entries.size()) {
        FirEntry& entry = fir.entries[fir.count++];
        entry.media_ssrc = in.u32();
        entry.sequence = in.u8();
        in.skip(3);
    }
    if (!in.ok() || fir.count == 0) return std::nullopt;
    return fir;
}

void write_fir(ByteWriter& out, std::uint32_t sender_ssrc, FirEntry entry) {
    const std::size_t begin = begin_member(out, Type::PayloadFeedback, static_cast<std::uint8_t>(PayloadFormat::Fir));
    out.u32(sender_ssrc);
    out.u32(0);
    out.u32(entry.media_ssrc);
    out.u8(entry.sequence);
    out.zeros(3);
    finish_member(out, begin);
}

}  // namespace klassenraum::rtcp
