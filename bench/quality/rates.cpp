// Lines whose rate is the trouble: one that falls and recovers, steady ones, one that others use too.
#include "bench/quality/classroom.hpp"
#include "bench/quality/scenario.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

constexpr Duration kQueue = 300ms;

sim::Lines narrow(std::uint64_t bits_per_second) {
    return {.up = {}, .down = {.bits_per_second = bits_per_second, .delay = 20ms, .queue = kQueue}};
}

}  // namespace

Outcome rate_falls_and_recovers(std::uint64_t seed) {
    constexpr double kWide = 2'000'000;
    constexpr double kNarrow = 500'000;
    constexpr Duration kSpan = 20s;
    constexpr Duration kToSettle = 5s;
    Classroom room(seed, {.ben = narrow(2'000'000)});
    Outcome outcome;
    room.settle(15s);
    const Instant start = room.world.now();
    room.watch.run_for(kSpan);
    room.ben.set_lines(narrow(500'000));
    const Instant fall = room.world.now();
    room.watch.run_for(kSpan);
    room.ben.set_lines(narrow(2'000'000));
    const Instant rise = room.world.now();
    room.watch.run_for(kSpan);
    const Instant end = room.world.now();

    outcome.add("below the new rate after", "s", in_seconds(room.line.until_below(kNarrow, fall, rise)), at_most(1.5));
    outcome.add("lost in the fall", "% of 3 s", 100 * room.line.lost_share(fall, fall + 3s));
    const Duration climb = room.line.until_carried(0.85 * kWide, rise, end);
    outcome.add("85 % used again after", "s", in_seconds(climb), at_most(5));
    outcome.add("used before", "% of line", 100 * room.line.carried(start, fall) / kWide, at_least(85));
    outcome.add("used while narrow", "% of line", 100 * room.line.carried(fall + kToSettle, rise) / kNarrow,
                at_least(85));
    outcome.add("used 5 s after the rise", "% of line", 100 * room.line.carried(rise + kToSettle, end) / kWide,
                at_least(85));
    const auto waits = [&](const std::string& when, Instant from, Instant to) {
        outcome.add("queue p50, " + when, "ms", in_milliseconds(room.line.waiting(0.5, from, to)));
        outcome.add("queue p95, " + when, "ms", in_milliseconds(room.line.waiting(0.95, from, to)), at_most(100));
    };
    waits("before", start, fall);
    waits("narrow", fall + kToSettle, rise);
    waits("after", rise + kToSettle, end);
    room.finish(outcome, {});
    return outcome;
}

}  // namespace klassenraum::quality
