#include "protocol/rtp/rtx.hpp"

namespace klassenraum::rtp {

std::optional<MutableBytes> decapsulate_rtx(MutableBytes datagram,
                                            const Packet& parsed,
                                            std::uint32_t media_ssrc,
                                            std::uint8_t media_payload_type) {
    constexpr std::size_t kOriginalSequenceSize = 2;
    const ByteView payload = parsed.payload();
    // Two octets alone repeat nothing either: Chromium probes with padding behind them.
    if (payload.size() <= kOriginalSequenceSize) return std::nullopt;
    const auto sequence = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
    const std::size_t padding = parsed.padding_size();
    std::memmove(datagram.data() + kOriginalSequenceSize, datagram.data(), parsed.header_size());
    const MutableBytes media =
        datagram.subspan(kOriginalSequenceSize, datagram.size() - kOriginalSequenceSize - padding);
    media[0] = static_cast<std::uint8_t>(media[0] & ~0x20);
    set_sequence(media, sequence);
    set_ssrc(media, media_ssrc);
    set_payload_type(media, media_payload_type);
    return media;
}

}  // namespace klassenraum::rtp
