// Bounds of the RTCP parsers and writers.
#pragma once

#include <cstddef>

namespace klassenraum::rtcp {

inline constexpr std::size_t kMaxMembers = 32;       // of one compound; clients send one to three
inline constexpr std::size_t kMaxReportBlocks = 31;  // five bits (RFC 3550 §6.4.1)
inline constexpr std::size_t kMaxNackItems = 256;    // of one NACK: 4,352 sequence numbers, more than any cache
inline constexpr std::size_t kMaxFirEntries = 32;
inline constexpr std::size_t kMaxRembSsrcs = 64;
inline constexpr std::size_t kMaxFeedbackPackets = 8192;  // statuses of one transport-cc message
inline constexpr std::size_t kMaxRtcpSize = 1200;         // what we write into one datagram
inline constexpr std::size_t kArrivalWindow = 2048;       // packets remembered for feedback: over a second at 20 Mbit/s

}  // namespace klassenraum::rtcp
