// Bounds of the data channels (threats.md section 5) and the settings of jitsi-media.md §1.3.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klassenraum::sctp {

inline constexpr std::uint16_t kPort = 5000;                 // both ends, as sctpmap says
inline constexpr std::size_t kMaxPacket = 1150;              // plus DTLS stays below 1,200 octets
inline constexpr std::size_t kMaxMessage = 64 * 1024;        // S3
inline constexpr std::uint32_t kReceiveWindow = 256 * 1024;  // S3
inline constexpr std::uint32_t kSendBuffer = 256 * 1024;
inline constexpr std::uint16_t kStreams = 64;           // browsers open stream 0 (RFC 8832 §6)
inline constexpr std::size_t kMaxQueuedMessages = 500;  // of a bridge channel
inline constexpr std::size_t kMaxQueuedOctets = 1024 * 1024;
inline constexpr std::size_t kMaxAssociations = 2000;
inline constexpr std::uint32_t kRtoMax_ms = 3000;
inline constexpr std::uint16_t kMaxRetransmissions = 10;  // with RTO.max: some 30 s without progress end it (S4)
inline constexpr std::uint32_t kTick_ms = 10;             // usrsctp counts in these

}  // namespace klassenraum::sctp
