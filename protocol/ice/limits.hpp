// The numbers of ICE: how many paths, how many checks, how long without an answer (threats.md section 2, RFC 8445, RFC
// 7675).
#pragma once

#include <cstddef>

#include "protocol/core/time.hpp"

namespace klassenraum::ice {

using namespace std::chrono_literals;

// A laptop with Wi-Fi, cable and VPN, each with IPv4 and IPv6, and one rebinding. T6.
inline constexpr std::size_t kMaxPairs = 8;
// What an address gets that never answers, T4: seven transmissions over 6.3 s, 100 ms apart at first, then doubling.
inline constexpr unsigned kMaxUnansweredChecks = 7;
inline constexpr Duration kFirstRetransmission = 100ms;

// RFC 7675 §5.1 with T5: a new check each 4 to 6 s, sending ends 30 s after the last answer.
inline constexpr Duration kConsentCheckMin = 4s;
inline constexpr Duration kConsentCheckMax = 6s;
inline constexpr Duration kConsentTimeout = 30s;
// Each consent check is transmitted up to three times (0, 0.5 s, 1.5 s): at 30 % loss both ways, six checks of one
// transmission would all be lost in 1.8 % of the half minutes.
inline constexpr unsigned kConsentTransmissions = 3;
inline constexpr Duration kConsentRetransmission = 500ms;

// Somebody who may be the client has said farewell: who does not answer the next check, of three transmissions, is
// gone.
inline constexpr Duration kDoubtTimeout = 3s;

// From the moment we know the client's credentials, and from creation while we do not: people are slow to admit a
// camera.
inline constexpr Duration kConnectTimeout = 30s;
inline constexpr Duration kRemoteTimeout = 120s;

// A full table gives the place of a path that was silent this long to a new one; the selected path keeps its place.
inline constexpr Duration kEvictAfter = 30s;

// When media comes from another proven path and none came from the selected one for this long, the client has moved.
inline constexpr Duration kMediaQuiet = 200ms;
// The same without media: Firefox checks a stable path each 5 s, Chromium each 2.7 s (measured, 2026).
inline constexpr Duration kPathSilence = 6s;

// RFC 8839 §5.4: what a ufrag and a password may measure.
inline constexpr std::size_t kMinUfrag = 4;
inline constexpr std::size_t kMinPassword = 22;
inline constexpr std::size_t kMaxCredential = 256;
// T7: 71 and 142 random bits.
inline constexpr std::size_t kUfragLength = 12;
inline constexpr std::size_t kPasswordLength = 24;

}  // namespace klassenraum::ice
