// Our Address as the kernel's sockaddr and back, and host names as addresses.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "protocol/core/address.hpp"

namespace klassenraum::bench {

socklen_t to_sockaddr(const Address& address, sockaddr_storage& storage);
Address from_sockaddr(const sockaddr_storage& storage);
// The first address of the host, IPv4 before IPv6. Asks the resolver, so only before a run.
std::optional<Address> resolve(const std::string& host, std::uint16_t port);

}  // namespace klassenraum::bench
