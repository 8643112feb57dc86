// Whether every worker still turns: each counts up about once a second, and the front looks. The watchdog of the
// service manager is fed only while all of them do (threats.md O10). A value on the front thread.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::app {

class Heartbeat {
public:
    // Workers publish every second; a turn of three is a stall that users see.
    static constexpr Duration kPatience = std::chrono::seconds(3);

    Heartbeat(std::size_t workers, Instant now) : beats_(workers, Beat{.count = 0, .changed = now}) {}

    void observe(std::size_t worker, std::uint64_t count, Instant now) {
        if (beats_[worker].count != count) beats_[worker] = {.count = count, .changed = now};
    }
    bool is_alive(std::size_t worker, Instant now) const { return now - beats_[worker].changed < kPatience; }
    bool all_alive(Instant now) const {
        for (std::size_t worker = 0; worker < beats_.size(); ++worker) {
            if (!is_alive(worker, now)) return false;
        }
        return true;
    }

private:
    struct Beat {
        std::uint64_t count = 0;
        Instant changed{};
    };
    std::vector<Beat> beats_;
};

}  // namespace klassenraum::app
