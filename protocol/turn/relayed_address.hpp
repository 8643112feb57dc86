// The addresses that stand for TURN clients. There is no relay socket: what a client sends reaches a worker as a
// datagram from such an address, and what the worker sends to one goes back into the client's TLS connection. They lie
// in prefixes that nobody routes (192.0.0.0/24 of RFC 6890, 100::/64 of RFC 6666), so no datagram of the network comes
// from there.
#pragma once

#include <cstring>

#include "protocol/core/address.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::turn {

namespace prefix {
inline constexpr std::uint8_t kV4[3] = {192, 0, 0};
// Firefox pairs loopback only with loopback, and in development our candidates are loopback.
inline constexpr std::uint8_t kLoopback[3] = {127, 192, 0};
inline constexpr std::uint8_t kV6[8] = {0x01, 0, 0, 0, 0, 0, 0, 0};
inline constexpr std::uint8_t kFirstHost = 128;  // the lower half of 192.0.0.0/24 is in use for protocols
}  // namespace prefix

inline bool is_relayed(const Address& address) {
    if (!address.is_v4()) return std::memcmp(address.ip.data(), prefix::kV6, sizeof prefix::kV6) == 0;
    const std::uint8_t* v4 = address.ip.data() + 12;
    return v4[3] >= prefix::kFirstHost && (std::memcmp(v4, prefix::kV4, sizeof prefix::kV4) == 0 ||
                                           std::memcmp(v4, prefix::kLoopback, sizeof prefix::kLoopback) == 0);
}

enum class Range : std::uint8_t { V4, Loopback, V6 };

inline Address draw_relayed_address(Range range, Entropy& entropy) {
    const auto port = static_cast<std::uint16_t>(1024 + entropy.below(65536 - 1024));
    if (range == Range::V6) {
        Address address{.port = port};
        std::memcpy(address.ip.data(), prefix::kV6, sizeof prefix::kV6);
        entropy.fill(MutableBytes(address.ip).subspan(sizeof prefix::kV6));
        return address;
    }
    const std::uint8_t* first = range == Range::V4 ? prefix::kV4 : prefix::kLoopback;
    const auto host = static_cast<std::uint8_t>(prefix::kFirstHost + entropy.below(256 - prefix::kFirstHost));
    return Address::v4({first[0], first[1], first[2], host}, port);
}

}  // namespace klassenraum::turn
