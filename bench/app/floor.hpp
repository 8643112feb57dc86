// What sending alone costs on this machine: a loop that sends ready datagrams to as many receivers, no server behind
// it. On loopback the receivers' part of the kernel's work is billed to the sender, so this floor is below every
// figure.
#pragma once

#include <chrono>
#include <cstddef>

namespace klassenraum::bench {

struct FloorWish {
    std::size_t receivers = 50;
    std::size_t octets = 1200;      // of a datagram
    double datagrams_per_send = 1;  // the server's own
    double packets_per_second = 10'000;
    // What the load generator took for each datagram. Receivers that take nothing sleep after each one, and whoever
    // sends pays for waking them.
    std::chrono::nanoseconds think{};
};

// CPU nanoseconds of the sender per datagram: the median of a few slices, since the machine does other things too.
double measure_floor(const FloorWish& wish);

}  // namespace klassenraum::bench
