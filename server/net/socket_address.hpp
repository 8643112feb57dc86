// Our Address as the kernel's sockaddr of the wanted family, and back.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "protocol/core/address.hpp"

namespace klassenraum::net {

socklen_t to_sockaddr(const Address& address, sockaddr_storage& storage);
Address from_sockaddr(const sockaddr_storage& storage);

}  // namespace klassenraum::net
