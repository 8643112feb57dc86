// How long a packet was under way: its sender writes the time into the last four octets of the payload, where only the
// note's unused end or padding is, its receiver compares. Both read one clock, so only within one process.
#pragma once

#include <cstdint>

#include "bench/participant/histogram.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

struct Probe {
    Histogram video;  // from the sender's socket to the receiver's
    Histogram audio;
    std::uint64_t packets = 0;  // RTP that was authentic, repetitions included
};

inline std::uint32_t stamp_of(Instant now) {
    return static_cast<std::uint32_t>(now.time_since_epoch().count()) | 1U;  // 0: none
}

inline void write_stamp(MutableBytes packet, Instant now) {
    const std::uint32_t stamp = stamp_of(now);
    for (unsigned i = 0; i < 4; ++i) packet[packet.size() - 4 + i] = static_cast<std::uint8_t>(stamp >> (24 - 8 * i));
}

// Of the payload's last octets; zero for none, and for what is no time at all.
inline Duration time_under_way(ByteView payload, Instant now) {
    if (payload.size() < 4) return {};
    std::uint32_t stamp = 0;
    for (const std::uint8_t octet : payload.last(4)) stamp = stamp << 8 | octet;
    if (stamp == 0) return {};
    const auto under_way = static_cast<std::int32_t>(stamp_of(now) - stamp);
    return Duration(under_way < 0 ? 0 : under_way);
}

}  // namespace klassenraum::bench
