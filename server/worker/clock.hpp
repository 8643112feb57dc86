// The two clocks of the process, read only here: a steady one for timers, the wall clock for dates.
#pragma once

#include <chrono>

#include "protocol/core/time.hpp"

namespace klassenraum::worker {

inline Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

inline WallTime wall_now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace klassenraum::worker
