#include "protocol/rtp/red.hpp"

namespace klassenraum::rtp {

std::optional<RedPayload> parse_red(ByteView payload) {
    RedPayload red;
    std::array<std::size_t, kMaxRedBlocks> sizes{};
    ByteReader in(payload);
    // RFC 2198 §3: F(1) PT(7), and while F is set offset(14) length(10); the primary's header is one octet.
    for (bool more = true; more;) {
        if (red.count == kMaxRedBlocks) return std::nullopt;
        const std::uint8_t first = in.u8();
        more = (first & 0x80) != 0;
        RedBlock& block = red.blocks[red.count];
        block.payload_type = first & 0x7f;
        if (more) {
            const std::uint32_t rest = in.u24();
            block.timestamp_offset = static_cast<std::uint16_t>(rest >> 10);
            sizes[red.count] = rest & 0x3ff;
        }
        ++red.count;
        if (!in.ok()) return std::nullopt;
    }
    for (std::size_t i = 0; i + 1 < red.count; ++i) red.blocks[i].data = in.bytes(sizes[i]);
    red.blocks[red.count - 1].data = in.bytes(in.remaining());
    if (!in.ok()) return std::nullopt;
    return red;
}

}  // namespace klassenraum::rtp
