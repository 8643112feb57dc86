// The numbers of one peer's transport beyond those of its parts.
#pragma once

#include <cstddef>

#include "protocol/core/time.hpp"
#include "protocol/ice/limits.hpp"

namespace klassenraum::transport {

// An ICE restart that nobody came by is given up; lib-jitsi-meet of 2026 gives up after 15 s itself.
inline constexpr Duration kRestartTimeout = std::chrono::seconds(20);
// T10: after a restart the paths before it live this long, for packets that were under way.
inline constexpr Duration kFormerLifetime = std::chrono::seconds(3);
// Those of the present agent, of a restart under way and of the one before.
inline constexpr std::size_t kMaxPaths = 3 * ice::kMaxPairs;

// DTLS that comes before a path is proven: a ClientHello is two datagrams (measured in Chromium and Firefox, 2026), and
// a client sends it again every 50 to 400 ms while it waits. The first ones are kept, later ones are the same again.
inline constexpr std::size_t kMaxKeptDatagrams = 8;
inline constexpr std::size_t kMaxKeptDatagram = 2048;

}  // namespace klassenraum::transport
