#include "protocol/rtp/packet.hpp"

#include "protocol/rtp/profile.hpp"

namespace klassenraum::rtp {

std::optional<Packet> Packet::parse(ByteView datagram) {
    ByteReader in(datagram);
    const std::uint8_t first = in.u8();
    in.skip(kFixedHeaderSize - 1);
    in.skip(std::size_t{4} * (first & 0x0fU));
    Packet packet;
    packet.octets_ = datagram;
    if ((first & 0x10) != 0) {
        packet.extension_profile_ = in.u16();
        const std::size_t words = in.u16();
        packet.extension_block_ = in.bytes(4 * words);
    }
    if (!in.ok() || first >> 6 != 2) return std::nullopt;
    packet.header_size_ = in.position();
    packet.payload_size_ = in.remaining();
    if ((first & 0x20) != 0) {
        // RFC 3550 §5.1: the last octet counts the padding, itself included.
        if (in.remaining() == 0) return std::nullopt;
        const std::size_t padding = datagram.back();
        if (padding == 0 || padding > in.remaining()) return std::nullopt;
        packet.payload_size_ -= padding;
    }
    return packet;
}

namespace {

template <typename Unsigned>
void put(MutableBytes packet, std::size_t at, Unsigned value) {
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        packet[at + sizeof(Unsigned) - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

}  // namespace

void set_marker(MutableBytes packet, bool marker) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x7f) | (marker ? 0x80 : 0));
}
void set_payload_type(MutableBytes packet, std::uint8_t payload_type) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80) | (payload_type & 0x7f));
}
void set_sequence(MutableBytes packet, std::uint16_t sequence) {
    put(packet, 2, sequence);
}
void set_timestamp(MutableBytes packet, std::uint32_t timestamp) {
    put(packet, 4, timestamp);
}
void set_ssrc(MutableBytes packet, std::uint32_t ssrc) {
    put(packet, 8, ssrc);
}

MutableBytes strip_padding(MutableBytes packet, const Packet& parsed) {
    packet[0] = static_cast<std::uint8_t>(packet[0] & ~0x20);
    return packet.first(parsed.header_size() + parsed.payload().size());
}

std::optional<AudioLevel> audio_level(const Packet& packet) {
    const auto data = packet.extension(kAudioLevelId);
    if (!data || data->empty()) return std::nullopt;
    return AudioLevel{.level = static_cast<std::uint8_t>((*data)[0] & 0x7f), .voice = ((*data)[0] & 0x80) != 0};
}

std::optional<std::uint16_t> transport_sequence(const Packet& packet) {
    const auto data = packet.extension(kTransportCcId);
    if (!data || data->size() < 2) return std::nullopt;
    return static_cast<std::uint16_t>((*data)[0] << 8 | (*data)[1]);
}

}  // namespace klassenraum::rtp
