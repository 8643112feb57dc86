#include "protocol/sctp/dcep.hpp"

namespace klassenraum::sctp {

// RFC 8832 §5.1
std::optional<ChannelOpen> parse_channel_open(ByteView message) {
    static constexpr std::uint8_t kOpen = 0x03;
    ByteReader in(message);
    const std::uint8_t type = in.u8();
    ChannelOpen open;
    open.channel_type = in.u8();
    open.priority = in.u16();
    open.reliability = in.u32();
    const std::size_t label_length = in.u16();
    const std::size_t protocol_length = in.u16();
    if (label_length > kMaxDcepText || protocol_length > kMaxDcepText) return std::nullopt;
    open.label = as_text(in.bytes(label_length));
    open.protocol = as_text(in.bytes(protocol_length));
    if (!in.ok() || in.remaining() != 0 || type != kOpen) return std::nullopt;
    return open;
}

}  // namespace klassenraum::sctp
