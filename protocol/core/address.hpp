// An IP address and port as the sixteen octets of IPv6 (IPv4 is mapped, RFC 4291 §2.5.5.2). There is no way to print
// one: addresses of people are never written anywhere.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>

namespace klassenraum {

struct Address {
    std::array<std::uint8_t, 16> ip{};  // network order
    std::uint16_t port = 0;             // host order
    // Which of our sockets of that family somebody speaks to: the same address on two of them is two peers, and each is
    // answered by the socket that heard it. 0 where there is one only.
    std::uint16_t way = 0;

    static Address v4(std::array<std::uint8_t, 4> octets, std::uint16_t port) {
        Address address{.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, .port = port, .way = 0};
        std::memcpy(address.ip.data() + 12, octets.data(), 4);
        return address;
    }
    bool is_v4() const {
        static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        return std::memcmp(ip.data(), kMapped.data(), kMapped.size()) == 0;
    }
    auto operator<=>(const Address&) const = default;
};

}  // namespace klassenraum

template <>
struct std::hash<klassenraum::Address> {
    std::size_t operator()(const klassenraum::Address& address) const noexcept {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&high, address.ip.data(), 8);
        std::memcpy(&low, address.ip.data() + 8, 8);
        std::uint64_t mixed =
            (low ^ (high * 0x9e3779b97f4a7c15ULL)) + (address.port + (std::uint32_t{address.way} << 16U));
        mixed = (mixed ^ (mixed >> 31)) * 0x7fb5d329728ea185ULL;
        return static_cast<std::size_t>(mixed ^ (mixed >> 29));
    }
};
