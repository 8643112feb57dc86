// The simulation's clock, and OpenSSL's randomness as a function of the seed: what OpenSSL asks of the operating system
// (gettimeofday, time, random octets) is answered from here, so that a run repeats to the octet. One world at a time.
#pragma once

#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::sim {

Instant& virtual_now();
WallTime virtual_wall();
void seed_openssl(std::uint64_t seed);

}  // namespace klassenraum::sim
