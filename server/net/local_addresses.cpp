#include "server/net/local_addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include "server/net/socket_address.hpp"

namespace klassenraum::net {
namespace {

// Connecting a UDP socket sends nothing; it only asks the routing table.
std::optional<Address> preferred_source(const Address& towards) {
    const int descriptor = socket(towards.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return std::nullopt;
    sockaddr_storage storage{};
    const socklen_t length = to_sockaddr(towards, storage);
    std::optional<Address> source;
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&storage), length) == 0) {
        socklen_t own_length = sizeof storage;
        if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &own_length) == 0)
            source = from_sockaddr(storage);
    }
    close(descriptor);
    if (source) source->port = 0;
    return source;
}

bool usable(const Address& address) {
    if (address.is_v4()) {
        return address.ip[12] != 0 && address.ip[12] != 127 && !(address.ip[12] == 169 && address.ip[13] == 254);
    }
    const bool link_local = address.ip[0] == 0xfe && (address.ip[1] & 0xc0) == 0x80;
    const bool loopback_or_none =
        std::all_of(address.ip.begin(), address.ip.end() - 1, [](auto octet) { return octet == 0; });
    return !link_local && !loopback_or_none;
}

std::vector<Address> one_per_interface() {
    std::vector<Address> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return found;
    std::set<std::pair<std::string, int>> seen;
    for (const ifaddrs* entry = list; entry != nullptr && found.size() < kMaxCandidates; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
        const int family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        sockaddr_storage storage{};
        std::memcpy(&storage, entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        Address address = from_sockaddr(storage);
        address.port = 0;
        if (usable(address) && seen.emplace(entry->ifa_name, family).second) found.push_back(address);
    }
    freeifaddrs(list);
    return found;
}

}  // namespace

std::vector<Address> reachable_addresses() {
    std::vector<Address> found;
    // Documentation prefixes (RFC 5737, RFC 3849): routed like the Internet, owned by nobody.
    for (const char* towards : {"192.0.2.1", "2001:db8::1"}) {
        const auto source = preferred_source(*parse_address(towards, 9));
        if (source && usable(*source)) found.push_back(*source);
    }
    return found.empty() ? one_per_interface() : found;
}

bool is_of_this_host(const Address& address) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return false;
    bool found = false;
    for (const ifaddrs* entry = list; entry != nullptr && !found; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        const int family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        sockaddr_storage storage{};
        std::memcpy(&storage, entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        found = from_sockaddr(storage).ip == address.ip;
    }
    freeifaddrs(list);
    return found;
}

std::optional<Address> parse_address(std::string_view ip, std::uint16_t port) {
    const std::string text(ip);
    std::array<std::uint8_t, 4> v4{};
    if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return Address::v4(v4, port);
    Address address{.port = port};
    if (inet_pton(AF_INET6, text.c_str(), address.ip.data()) != 1) return std::nullopt;
    return address;
}

std::string text_of(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.is_v4()) {
        inet_ntop(AF_INET, address.ip.data() + 12, text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, address.ip.data(), text.data(), text.size());
    }
    return text.data();
}

}  // namespace klassenraum::net
