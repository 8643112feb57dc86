// Lines whose rate is the trouble: one that falls and recovers, steady ones, one that others use too.
#include "bench/quality/classroom.hpp"
#include "bench/quality/scenario.hpp"
#include "tests/sim/flow.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

constexpr Duration kQueue = 300ms;

sim::Lines narrow(std::uint64_t bits_per_second) {
    return {.up = {}, .down = {.bits_per_second = bits_per_second, .delay = 20ms, .queue = kQueue}};
}

Outcome falls_and_recovers(std::uint64_t seed, const bench::Camera& camera) {
    constexpr double kWide = 2'000'000;
    constexpr double kNarrow = 500'000;
    constexpr Duration kSpan = 20s;
    constexpr Duration kToSettle = 5s;
    Classroom room(seed, {.ben = narrow(2'000'000), .camera = camera});
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

}  // namespace

Outcome rate_falls_and_recovers(std::uint64_t seed) {
    return falls_and_recovers(seed, {});
}
Outcome layers_of_vp9(std::uint64_t seed) {
    return falls_and_recovers(seed, {.codec = rtp::Codec::Vp9});
}
Outcome layers_of_av1(std::uint64_t seed) {
    return falls_and_recovers(seed, {.codec = rtp::Codec::Av1});
}

// Six lines of a steady rate each: whoever sits behind one is not to see the picture change all the time.
Outcome rates_stay(std::uint64_t seed) {
    Outcome outcome;
    for (const std::uint64_t kbps : {300U, 500U, 800U, 1200U, 2000U, 3000U}) {
        const std::string line = std::to_string(kbps) + " kbit/s: ";
        Classroom room(seed, {.ben = narrow(kbps * 1000)});
        room.settle(20s);
        const Instant begin = room.world.now();
        room.watch.run_for(120s);
        const Instant end = room.world.now();
        const double rate = static_cast<double>(kbps) * 1000;
        outcome.add(line + "switches of height", "per min", room.watch.switches_per_minute(), at_most(2));
        outcome.add(line + "queue p95", "ms", in_milliseconds(room.line.waiting(0.95, begin, end)), at_most(100));
        outcome.add(line + "used", "% of line", 100 * room.line.carried(begin, end) / rate,
                    kbps < 3000 ? std::optional(at_least(80)) : std::nullopt);
        outcome.add(line + "frozen", "% of time", 100 * room.ben.sees(room.teacher).frozen_share(), at_most(2));
        outcome.add(line + "without picture", "% of time", 100 * room.watch.dark_share(), at_most(1));
        outcome.add(line + "gaps of the voice", "% of time", 100 * room.ben.hears(room.teacher).gap_share(),
                    at_most(1));
        outcome.trace ^= room.world.trace();
    }
    return outcome;
}

// A download begins on the line and ends again.
Outcome somebody_downloads(std::uint64_t seed) {
    constexpr double kRate = 3'000'000;
    Classroom room(seed, {.ben = narrow(3'000'000)});
    sim::Flow flow(room.world, room.ben);
    Outcome outcome;
    room.settle(15s);
    flow.start();
    const Instant begin = room.world.now();
    room.watch.run_for(60s);
    flow.stop();
    const Instant end = room.world.now();
    const double taken = static_cast<double>(flow.octets()) * 8 / in_seconds(end - begin);
    outcome.add("line used in all", "% of line", 100 * room.line.carried(begin + 5s, end) / kRate);
    outcome.add("the lesson's share", "% of line", 100 * (room.line.carried(begin, end) - taken) / kRate);
    outcome.add("queue p95", "ms", in_milliseconds(room.line.waiting(0.95, begin, end)));
    room.finish(outcome, {.frozen = at_most(2), .gaps = at_most(2), .switches = at_most(2)});
    room.watch.run_for(15s);
    outcome.add("half the line again after", "s",
                in_seconds(room.line.until_carried(0.5 * kRate, end, room.world.now())), at_most(10));
    outcome.trace = room.world.trace();
    return outcome;
}

// The teacher shows her screen from a second device while Ben's line is full with cameras.
Outcome screen_on_a_full_line(std::uint64_t seed) {
    constexpr double kRate = 2'000'000;
    Classroom room(seed, {.ben = narrow(2'000'000)});
    Outcome outcome;
    room.settle(20s);
    const Instant asked = room.world.now();
    sim::Browser& screen = room.world.learner(
        "Tafel", {},
        {.voice = bench::Voice::None,
         .camera = {.screen = true, .frames_per_second = 15, .heights = {1080}, .bits_per_second = {1'000'000}}});
    room.world.run_until([&] { return screen.in_room(); }, 10s);
    const Instant shown = room.world.now();
    for (const auto& browser : room.world.browsers()) {
        browser->look({.default_height = 180, .on_stage = {screen->video_source()}, .stage_height = 1080});
    }
    room.world.run_until([&] { return room.ben.has_picture_of(screen); }, 20s);
    outcome.add("from joining to the screen", "s", in_seconds(room.world.now() - asked));
    outcome.add("screen seen after", "s", in_seconds(room.world.now() - shown), at_most(3));
    room.world.run_for(5s);
    room.measure_anew();
    Watch of_screen(room.world, room.ben, screen, &room.line);
    const Instant begin = room.world.now();
    of_screen.run_for(40s);
    const Instant end = room.world.now();
    const bench::VideoQuality seen = room.ben.sees(screen);
    outcome.add("screen frozen", "% of time", 100 * seen.frozen_share(), at_most(2));
    outcome.add("screen missing", "% of time", 100 * of_screen.dark_share(), at_most(1));
    outcome.add("frames of the screen", "per s", static_cast<double>(seen.frames) / in_seconds(end - begin),
                at_least(7));
    outcome.add("line used", "% of line", 100 * room.line.carried(begin, end) / kRate, at_least(80));
    outcome.add("queue p95", "ms", in_milliseconds(room.line.waiting(0.95, begin, end)), at_most(100));
    outcome.add("gaps of the voice", "% of time", 100 * room.ben.hears(room.teacher).gap_share(), at_most(2));
    outcome.trace = room.world.trace();
    return outcome;
}

}  // namespace klassenraum::quality
