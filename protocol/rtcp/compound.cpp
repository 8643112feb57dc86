#include "protocol/rtcp/compound.hpp"

#include "protocol/core/assert.hpp"
#include "protocol/rtcp/limits.hpp"

namespace klassenraum::rtcp {

std::optional<Member> Compound::next() {
    if (malformed_ || rest_.empty()) return std::nullopt;
    ByteReader in(rest_);
    const std::uint8_t first = in.u8();
    const std::uint8_t type = in.u8();
    const std::size_t words = in.u16();
    Member member{.count = static_cast<std::uint8_t>(first & 0x1f), .type = static_cast<Type>(type), .body = {}};
    member.body = in.bytes(4 * words);
    // RFC 5761 §4: 192 to 223 is RTCP on a port shared with RTP.
    malformed_ = !in.ok() || first >> 6 != 2 || type < 192 || type > 223 || ++members_ > kMaxMembers;
    if (!malformed_ && (first & 0x20) != 0) {
        const std::size_t padding = member.body.empty() ? 0 : member.body.back();
        // RFC 3550 §6.4.1 pads to multiples of four; Chromium 156 fills its transport-cc feedback with one to three
        // octets and says so in the last of them.
        malformed_ = padding == 0 || padding > member.body.size();
        if (!malformed_) member.body = member.body.first(member.body.size() - padding);
    }
    if (malformed_) return std::nullopt;
    rest_ = in.rest();
    return member;
}

std::size_t begin_member(ByteWriter& out, Type type, std::uint8_t count) {
    const std::size_t begin = out.position();
    out.u8(static_cast<std::uint8_t>(0x80 | (count & 0x1f)));
    out.u8(static_cast<std::uint8_t>(type));
    out.u16(0);
    return begin;
}

void finish_member(ByteWriter& out, std::size_t begin) {
    if (!out.ok()) return;
    const std::size_t size = out.position() - begin;
    ASSERT(size % 4 == 0 && size >= 4);
    ByteWriter(out.written().subspan(begin + 2, 2)).u16(static_cast<std::uint16_t>(size / 4 - 1));
}

}  // namespace klassenraum::rtcp
