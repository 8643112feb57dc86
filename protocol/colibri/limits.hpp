// Bounds of the bridge channel's messages (threats.md S5).
#pragma once

#include <cstddef>

namespace klassenraum::colibri {

inline constexpr std::size_t kMaxMessage = 64 * 1024;  // octets; the rate limiter allows as many a second
inline constexpr std::size_t kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxName = 64;            // octets of a source or endpoint name
inline constexpr std::size_t kMaxListedSources = 512;  // names in one list: a full lecture hall with screens

}  // namespace klassenraum::colibri
