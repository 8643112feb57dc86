// The numbers of DTLS (threats.md section 3; RFC 6347 §4.2.4 for the timers).
#pragma once

#include <cstddef>

#include "protocol/core/time.hpp"

namespace klassenraum::dtls {

using namespace std::chrono_literals;

// Every datagram of a handshake fits the smallest path that IPv6 allows, with room for headers and tunnels. D6.
inline constexpr std::size_t kMaxDatagram = 1200;
// From the first ClientHello to the verified end. D2.
inline constexpr Duration kHandshakeTimeout = 30s;
// Browsers start at 50 ms; RFC 6347's one second would cost a join at the first loss. Doubled up to the largest.
inline constexpr Duration kFirstRetransmission = 150ms;
inline constexpr Duration kLastRetransmission = 1600ms;

// OpenSSL reassembles at most ten messages ahead: with this size for each, a handshake holds less than 64 KiB. D3.
// The largest that a browser sends is its ClientHello with a post-quantum key share, 1.5 KiB.
inline constexpr std::size_t kMaxHandshakeMessage = 6 * 1024;
inline constexpr unsigned kMaxHandshakeDatagrams = 256;
// Our flight with ServerHello, certificate, key exchange and certificate request is below 1 KiB.
inline constexpr std::size_t kMaxFlight = 4 * 1024;
// RSA keys of older clients; verifying a longer one costs too much. D4.
inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 4096;

// Browsers begin SCTP with the association, and say it again within a second or two. Where nothing came for so long and
// the keys are in use, nothing will: OpenSSL's object goes.
inline constexpr Duration kDataPatience = 10s;
// … or for this long where data goes another way.
inline constexpr Duration kShortDataPatience = 1s;

}  // namespace klassenraum::dtls
