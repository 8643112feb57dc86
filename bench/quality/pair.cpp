// Two people, of whom one has cameras and encoders as browsers really have them: 15 frames a second of uneven size, and
// some seconds until they know what their own line carries. There are no thumbnails to fill a line with: it is the next
// layer or none.
#include "bench/quality/classroom.hpp"
#include "bench/quality/scenario.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

const bench::Camera kOfABrowser{.frames_per_second = 15, .unevenness = 0.5, .ramp = 10s, .burst = 40ms};

sim::Lines line_of(std::uint64_t kbps, Duration delay) {
    return {.up = {.delay = delay, .jitter = 15ms},
            .down = {.bits_per_second = kbps * 1000, .delay = delay, .queue = 300ms}};
}

}  // namespace

Outcome two_with_real_cameras(std::uint64_t seed) {
    Outcome outcome;
    for (const std::uint64_t kbps : {700U, 1000U, 2000U, 3000U}) {
        const std::string line = std::to_string(kbps) + " kbit/s: ";
        Classroom room(seed, {.ben = line_of(kbps, 20ms), .others = 0, .camera = kOfABrowser});
        room.settle(18s);
        const Instant begin = room.world.now();
        room.watch.run_for(45s);
        const Instant end = room.world.now();
        outcome.add(line + "360 lines or more", "% of time", 100 * room.watch.fair_share(), at_least(95));
        outcome.add(line + "720 lines", "% of time", 100 * room.watch.sharp_share(),
                    kbps < 2000 ? std::nullopt : std::optional(at_least(95)));
        outcome.add(line + "switches of height", "per min", room.watch.switches_per_minute(), at_most(2));
        outcome.add(line + "queue p95", "ms", in_milliseconds(room.line.waiting(0.95, begin, end)), at_most(100));
        outcome.add(line + "used", "% of line",
                    100 * room.line.carried(begin, end) / (static_cast<double>(kbps) * 1000));
        outcome.add(line + "frozen", "% of time", 100 * room.ben.sees(room.teacher).frozen_share(), at_most(2));
        outcome.add(line + "gaps of the voice", "% of time", 100 * room.ben.hears(room.teacher).gap_share(),
                    at_most(1));
        outcome.trace ^= room.world.trace();
    }
    return outcome;
}

// The way becomes longer at once, as when a phone takes another mast: it is no queue, and less sent makes it no
// shorter.
Outcome way_becomes_longer(std::uint64_t seed) {
    Classroom room(seed, {.ben = line_of(10'000, 20ms), .others = 0, .camera = kOfABrowser});
    Outcome outcome;
    room.settle(15s);
    room.ben.set_lines({.up = {.delay = 100ms, .jitter = 60ms}, .down = line_of(10'000, 100ms).down});
    room.watch.run_for(30s);
    outcome.add("360 lines or more", "% of time", 100 * room.watch.fair_share(), at_least(95));
    outcome.add("720 lines", "% of time", 100 * room.watch.sharp_share(), at_least(80));
    room.finish(outcome, {.frozen = at_most(2), .gaps = at_most(2), .switches = at_most(4)});
    return outcome;
}

}  // namespace klassenraum::quality
