// At which addresses this host can be reached: what is offered as host candidates when no public address is configured.
// Read once at start, never printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"

namespace klassenraum::net {

inline constexpr std::size_t kMaxCandidates = 8;

// The address of each family from which the kernel would answer the Internet, so that requests and answers match; on a
// host without a default route one address per interface. Empty when there is nothing but loopback.
std::vector<Address> reachable_addresses();

// Whether an interface of this host has it; its port does not matter.
bool is_of_this_host(const Address& address);

std::optional<Address> parse_address(std::string_view ip, std::uint16_t port);
std::string text_of(const Address& address);  // without the port; for candidates only, never for a log

}  // namespace klassenraum::net
