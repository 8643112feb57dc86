// Bounds of what one endpoint may signal (threats.md M8; the numbers for sources are Jicofo's).
#pragma once

#include <cstddef>

namespace klassenraum::jingle {

inline constexpr std::size_t kMaxSources = 20;       // of one endpoint
inline constexpr std::size_t kMaxGroups = 20;        // of one endpoint
inline constexpr std::size_t kMaxMsid = 256;         // octets
inline constexpr std::size_t kMaxFingerprints = 4;   // in one session-accept
inline constexpr std::size_t kMaxIceCredential = 256;  // RFC 8839 §5.4
inline constexpr std::size_t kMaxSid = 64;

}  // namespace klassenraum::jingle
