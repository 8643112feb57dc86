// Time as an input. Timeline is a clock without now(): protocol code can hold and compare instants, never ask for one.
// WallTime is for dates and NTP timestamps only, never for timers (a jump of the host's clock has no effect).
#pragma once

#include <chrono>
#include <cstdint>

namespace klassenraum {

struct Timeline {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<Timeline>;
    static constexpr bool is_steady = true;
};

using Duration = Timeline::duration;
using Instant = Timeline::time_point;

// Microseconds since 1970-01-01 UTC.
struct WallTime {
    std::int64_t unix_us = 0;
    auto operator<=>(const WallTime&) const = default;
};

inline std::int64_t milliseconds_of(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace klassenraum
