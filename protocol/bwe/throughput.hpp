// The rate at which sent octets really arrived, from a window of acknowledged packets, robust against one long gap and
// against feedback that comes in lumps (GoogCC's robust throughput estimator); and the same over the last moments
// alone, which is the line's own rate while its queue grows. Owned by Estimator.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"
#include "protocol/core/growing_ring.hpp"
#include "protocol/core/prefetch.hpp"

namespace klassenraum::bwe {

class Throughput {
public:
    void add(const PacketResult& arrived_packet);  // in order of arrival at the receiver
    std::optional<BitsPerSecond> rate();
    // Of the last arrivals, some 100 ms of them; none when they are too few to tell.
    std::optional<BitsPerSecond> latest() const;
    // Memory for more than what was in the window lately. Now and then.
    void give_back() { window_.give_back(); }
    void prefetch() const {
        for (const auto piece : window_.pieces()) klassenraum::prefetch(piece.data(), piece.size_bytes());
    }

private:
    static constexpr std::size_t kMaxPackets = 512;  // the window's bound: 5 s or this many packets
    // 12 octets, as every receiver has a window of these. Microseconds, the lower half: only differences are asked for.
    struct Arrived {
        std::uint32_t sent_us = 0;
        std::uint32_t at_us = 0;
        std::uint32_t size = 0;
    };
    std::optional<BitsPerSecond> measure() const;

    GrowingRing<Arrived, kMaxPackets> window_;
    Instant last_arrived_{};
    std::optional<BitsPerSecond> rate_;
    bool changed_ = false;  // since rate_ was measured
};

}  // namespace klassenraum::bwe
