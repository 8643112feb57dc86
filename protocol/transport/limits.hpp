// The numbers of one peer's transport beyond those of its parts.
#pragma once

#include <cstddef>

namespace klassenraum::transport {

// DTLS that comes before a path is proven: a ClientHello is two datagrams (measured in Chromium and Firefox, 2026), and
// a client sends it again every 50 to 400 ms while it waits. The first ones are kept, later ones are the same again.
inline constexpr std::size_t kMaxKeptDatagrams = 8;
inline constexpr std::size_t kMaxKeptDatagram = 2048;

}  // namespace klassenraum::transport
