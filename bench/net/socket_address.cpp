#include "bench/net/socket_address.hpp"

#include <netdb.h>

namespace klassenraum::bench {

socklen_t to_sockaddr(const Address& address, sockaddr_storage& storage) {
    if (address.is_v4()) {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
        *v4 = {};
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        std::memcpy(&v4->sin_addr, address.ip.data() + 12, 4);
        return sizeof *v4;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    *v6 = {};
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    std::memcpy(&v6->sin6_addr, address.ip.data(), 16);
    return sizeof *v6;
}

Address from_sockaddr(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
        std::array<std::uint8_t, 4> octets;
        std::memcpy(octets.data(), &v4->sin_addr, 4);
        return Address::v4(octets, ntohs(v4->sin_port));
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    Address address;
    std::memcpy(address.ip.data(), &v6->sin6_addr, 16);
    address.port = ntohs(v6->sin6_port);
    return address;
}

std::optional<Address> resolve(const std::string& host, std::uint16_t port) {
    for (const int family : {AF_INET, AF_INET6}) {
        addrinfo hints{};
        hints.ai_family = family;
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0 || found == nullptr) continue;
        sockaddr_storage storage{};
        std::memcpy(&storage, found->ai_addr, found->ai_addrlen);
        freeaddrinfo(found);
        Address address = from_sockaddr(storage);
        address.port = port;
        return address;
    }
    return std::nullopt;
}

}  // namespace klassenraum::bench
