// What a worker does when the machine does not carry all that is asked of it: first no new rooms, then fewer pictures
// for each receiver, then smaller ones; never a voice. Measurements come in about once a second, a level comes out:
// up quickly, down slowly, so that it does not swing. Owned by the Bridge.
#pragma once

#include <cstdint>
#include <limits>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

// The last second as the worker's thread saw it.
struct Load {
    double cpu_share = 0;         // of one core
    std::int64_t egress_bps = 0;  // UDP payload
};

struct OverloadLimits {
    double cpu_share = 0.85;
    std::int64_t egress_bps = 0;  // 0: no limit
};

// What a level leaves to each receiver. Screens keep their lines: a lesson can be read, if not seen.
struct VideoCap {
    std::size_t last_n = std::numeric_limits<std::size_t>::max();
    std::int32_t camera_height = std::numeric_limits<std::int32_t>::max();
    bool caps_height() const { return camera_height != std::numeric_limits<std::int32_t>::max(); }
    bool operator==(const VideoCap&) const = default;
};

class Overload {
public:
    static constexpr int kMostLevel = 6;

    explicit Overload(OverloadLimits limits) : limits_(limits) {}

    // True when the level or the admission changed.
    bool update(const Load& load, Instant now);

    int level() const { return level_; }
    VideoCap cap() const;
    // No new rooms: the limit is reached, or was until a short time ago.
    bool full() const { return full_; }

private:
    double share_of_limit(const Load& load) const;

    OverloadLimits limits_;
    int level_ = 0;
    bool full_ = false;
    double smoothed_ = 0;
    bool measured_ = false;
    Instant stepped_{};  // the level
    Instant eased_{};    // when the load was last too high to give anything back
};

}  // namespace klassenraum::bridge
