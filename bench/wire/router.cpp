#include "bench/wire/router.hpp"

#include <optional>

namespace klassenraum::bench {

namespace {

constexpr std::uint16_t kStep = 2003;
constexpr std::size_t kSourcePort = 0;
constexpr std::size_t kDestinationPort = 2;
constexpr std::size_t kChecksum = 6;
constexpr std::size_t kUdpHeader = 8;
constexpr std::uint8_t kUdp = 17;

std::uint16_t read(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
void write(MutableBytes bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

// The UDP datagram of an IPv4 packet that is no later fragment.
std::optional<MutableBytes> udp_of(MutableBytes packet) {
    if (packet.size() < 20 || packet[0] >> 4 != 4 || packet[9] != kUdp || (read(packet, 6) & 0x1fff) != 0) {
        return std::nullopt;
    }
    const std::size_t header = static_cast<std::size_t>(packet[0] & 0x0f) * 4;
    if (header < 20 || packet.size() < header + kUdpHeader) return std::nullopt;
    return packet.subspan(header);
}

// RFC 1624 §3: the checksum follows the one word that changed. Zero means that there is none.
void replace(MutableBytes udp, std::size_t at, std::uint16_t port) {
    const std::uint16_t checksum = read(udp, kChecksum);
    if (checksum != 0) {
        std::uint32_t sum = checksum ^ 0xffffU;
        sum += read(udp, at) ^ 0xffffU;
        sum += port;
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        const auto updated = static_cast<std::uint16_t>(~sum);
        write(udp, kChecksum, updated == 0 ? 0xffff : updated);
    }
    write(udp, at, port);
}

}  // namespace

void Router::rebind() {
    shift_ = static_cast<std::uint16_t>(shift_ + kStep);
    known_.reset();
}

void Router::outward(MutableBytes packet) {
    const auto udp = udp_of(packet);
    if (!udp || shift_ == 0) return;
    const std::uint16_t port = read(*udp, kSourcePort);
    known_.set(port);
    replace(*udp, kSourcePort, static_cast<std::uint16_t>(port + shift_));
}

bool Router::inward(MutableBytes packet) const {
    const auto udp = udp_of(packet);
    if (!udp || shift_ == 0) return true;
    const auto port = static_cast<std::uint16_t>(read(*udp, kDestinationPort) - shift_);
    if (!known_.test(port)) return false;
    replace(*udp, kDestinationPort, port);
    return true;
}

}  // namespace klassenraum::bench
