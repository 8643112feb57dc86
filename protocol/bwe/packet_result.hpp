// What one sent packet became, as transport-cc feedback tells it (draft-holmer-rmcat-transport-wide-cc-extensions-01).
// The input of every part of the estimator. `arrived` is on the receiver's clock: only differences of it mean anything.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/core/time.hpp"

namespace klassenraum::bwe {

using BitsPerSecond = std::int64_t;
inline constexpr std::int32_t kNoProbe = 0;

struct PacketResult {
    std::uint64_t sequence = 0;  // transport-wide, unwrapped
    Instant sent;
    std::optional<Instant> arrived;  // empty: reported as lost
    std::uint32_t size = 0;          // octets on the wire without IP and UDP
    std::int32_t probe_cluster = kNoProbe;
};

inline double seconds_of(Duration duration) {
    return static_cast<double>(duration.count()) / 1e6;
}
inline double milliseconds_in(Duration duration) {
    return static_cast<double>(duration.count()) / 1e3;
}

}  // namespace klassenraum::bwe
