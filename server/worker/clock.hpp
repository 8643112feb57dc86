// The clocks of the process, read only here: a steady one for timers, the wall clock for dates, a thread's own for its
// load.
#pragma once

#include <chrono>
#include <ctime>

#include "protocol/core/time.hpp"

namespace klassenraum::worker {

inline Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

inline WallTime wall_now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

// How long the calling thread has run.
inline Duration thread_time() {
    std::timespec time{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return {};
    return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace klassenraum::worker
