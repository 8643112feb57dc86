// The line between two tunnels: what comes out of one goes into the other when and if sim::Line says so, both ways.
// Single-threaded; run() returns when its commands end.
#pragma once

#include <array>
#include <cstdint>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include "bench/wire/command.hpp"
#include "bench/wire/router.hpp"
#include "bench/wire/tunnel.hpp"
#include "protocol/core/entropy.hpp"
#include "tests/sim/line.hpp"

namespace klassenraum::bench {

// A second of 100 Mbit/s; more than that is a fault of the test.
inline constexpr std::size_t kMaxUnderWay = 10'000;
inline constexpr std::size_t kMaxPacket = 2048;
inline constexpr std::size_t kMaxCommand = 1024;
// Of queueing delays, one per packet, since they were asked for: half an hour of 50 packets a second and more.
inline constexpr std::size_t kMaxSamples = 200'000;

class Wire {
public:
    Wire(Tunnel& near, Tunnel& far, std::string network, std::uint64_t seed);

    // Reads commands from `commands`, answers each with one line on standard output.
    void run(int commands);

private:
    struct Way {
        Way(Tunnel& source, Tunnel& target, std::uint64_t seed)
            : from(source), to(target), entropy(seed), line({.delay = Duration::zero()}, entropy) {}
        Tunnel& from;
        Tunnel& to;
        SeededEntropy entropy;
        sim::Line line;
        std::uint64_t packets = 0;  // these four since the last Stats
        std::uint64_t octets = 0;   // delivered
        std::uint64_t dropped = 0;
        std::vector<std::uint32_t> queued_us;
    };
    struct Packet {
        Instant due;
        std::uint64_t order = 0;
        std::size_t way = 0;
        std::vector<std::uint8_t> octets;
        bool operator>(const Packet& other) const { return std::tie(due, order) > std::tie(other.due, other.order); }
    };

    void read_packets(std::size_t way, Instant now);
    void deliver_due(Instant now);
    std::string obey(std::string_view line, Instant now);
    std::string statistics();

    std::string network_;
    Tunnel& far_;
    std::array<Way, 2> ways_;  // up, down
    Router router_;
    std::priority_queue<Packet, std::vector<Packet>, std::greater<>> under_way_;
    std::uint64_t next_order_ = 0;
    std::string pending_command_;
};

}  // namespace klassenraum::bench
