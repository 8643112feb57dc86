// One pair of eyes and ears in a simulated lesson: runs the world in small steps and notes what the person sees and
// hears of one other, moment by moment. Made by a scenario for whoever it asks about.
#pragma once

#include "bench/quality/figure.hpp"
#include "bench/quality/line_log.hpp"
#include "tests/sim/world.hpp"

namespace klassenraum::quality {

class Watch {
public:
    Watch(sim::World& world, sim::Browser& here, const sim::Browser& there, const LineLog* line = nullptr)
        : world_(world), here_(here), there_(there), line_(line) {}
    // Every second of every scenario on standard error, for whoever looks for a cause.
    static void narrate() { narrating_ = true; }

    void run_for(Duration duration);
    // Forgets what was seen so far; freezes and gaps are the receivers' own, World::measure_anew() forgets them.
    void start_anew();

    // Of the time: no picture for half a second or more, whether frozen or switched off for want of bandwidth.
    double dark_share() const { return share(dark_); }
    // Of the time: a picture of at least 720, 360 lines.
    double sharp_share() const { return share(sharp_); }
    double fair_share() const { return share(fair_); }
    // Changes of the picture's height, per minute.
    double switches_per_minute() const;
    Duration longest_without_picture() const { return longest_dark_; }

    // Freezes, darkness, gaps of the sound and switches, as every scenario reports them.
    struct Goals {
        std::optional<Goal> frozen = at_most(2);
        std::optional<Goal> gaps = at_most(2);
        std::optional<Goal> switches = {};
    };
    void report(Outcome& outcome, const Goals& goals) const;

private:
    void tell();
    double share(Duration part) const { return bench::VideoQuality::share(part, watched_); }

    sim::World& world_;
    sim::Browser& here_;
    const sim::Browser& there_;
    const LineLog* line_;
    inline static bool narrating_ = false;
    std::uint64_t told_frames_ = 0;
    Duration watched_{};
    Duration dark_{};
    Duration dark_now_{};
    Duration longest_dark_{};
    Duration sharp_{};
    Duration fair_{};
    std::uint32_t switches_ = 0;
    std::uint16_t height_ = 0;
};

inline double in_seconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1e6;
}
inline double in_milliseconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1e3;
}

}  // namespace klassenraum::quality
