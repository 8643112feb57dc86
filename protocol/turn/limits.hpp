// Every bound of TURN, with its reason. What a client may occupy is small: it has one peer per address family and
// worker, since nothing is relayed but to our own media ports.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::turn {

inline constexpr std::size_t kMaxDatagram = 1500;       // what UDP brings to a media port is no longer
inline constexpr std::size_t kMaxFrame = 1700;          // a Send indication around it, with room for unknown attributes
inline constexpr std::size_t kMaxBuffered = 32 * 1024;  // one TLS record and the beginning of a frame

inline constexpr std::size_t kMaxAllocations = 2000;       // of the process: two per participant of a full one
inline constexpr std::size_t kMaxAllocationsPerUser = 16;  // browsers take one per network interface and attempt
inline constexpr std::size_t kMaxPermissions = 8;          // peers' hosts
inline constexpr std::size_t kMaxChannels = 64;            // peers' hosts and ports
inline constexpr std::size_t kMaxPeersPerRequest = 8;      // XOR-PEER-ADDRESS in one CreatePermission
inline constexpr std::size_t kMaxUnknownReported = 8;      // in a 420 answer
inline constexpr std::size_t kMaxRefusals = 16;            // 4xx answers, then the connection is over
inline constexpr std::size_t kMaxUsername = 64;            // ours are shorter
inline constexpr std::size_t kNonceLength = 24;

inline constexpr Duration kAllocateDeadline = std::chrono::seconds(15);   // from the handshake to an allocation
inline constexpr Duration kDefaultLifetime = std::chrono::minutes(10);    // RFC 8656 §3.2
inline constexpr Duration kMaxLifetime = std::chrono::hours(1);           // RFC 8656 §7.2
inline constexpr Duration kPermissionLifetime = std::chrono::minutes(5);  // RFC 8656 §9
inline constexpr Duration kChannelLifetime = std::chrono::minutes(10);    // RFC 8656 §12

// A lesson may begin in the morning and its credentials be used by a reconnect in the afternoon.
inline constexpr Duration kCredentialLifetime = std::chrono::hours(24);

}  // namespace klassenraum::turn
