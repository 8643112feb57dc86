// Gives a shard what the log says, as a worker would: batch by batch, timers between, everything that goes out into a
// send batch without a socket. What that took is the in-process cost of forwarding: all of the server's own work and
// none of the kernel's.
#pragma once

#include <array>
#include <cstdint>

#include "bench/path/log.hpp"
#include "bench/path/queue.hpp"
#include "protocol/shard/shard.hpp"

namespace klassenraum::path {

enum class Work : std::uint8_t { Media, Feedback, Timers, Texts, Count };

struct Cost {
    std::uint64_t calls = 0;
    std::uint64_t ns = 0;  // of the thread
};

struct Result {
    std::array<Cost, static_cast<std::size_t>(Work::Count)> work{};  // batches with RTP in them are Media
    std::uint64_t packets_in = 0;                                    // RTP
    std::uint64_t left_encrypted = 0;
    std::uint64_t feedback_in = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t datagrams_out = 0;
    Delays delays;
};

// Warm: one call follows the other, as on a busy server. Cold: before each call something else has used the core, as on
// a server that mostly waits.
enum class Caches : std::uint8_t { Warm, Cold };

struct Wish {
    Caches caches = Caches::Warm;
    double busy = 0.7;         // of a core, for Result::delays
    double sending_ns = 1000;  // a datagram in the kernel: klassenraum-bench prints it as that of a bare sender
};

// What comes before `measured` only warms up.
Result replay(Log& log, shard::Shard& shard, Instant measured, const Wish& wish);

}  // namespace klassenraum::path
