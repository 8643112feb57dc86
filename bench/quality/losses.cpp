// Lines that lose, disorder or interrupt: what repair and patience make of them.
#include "bench/quality/classroom.hpp"
#include "bench/quality/scenario.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

constexpr Duration kMeasured = 60s;
constexpr Duration kWay = 12500us;  // a round trip of 50 ms in all, the teacher's line included

// The teacher's line is as far as Ben's; what is wrong is wrong on the way down to Ben.
Outcome watched_over(std::uint64_t seed, sim::LineProfile down, const Watch::Goals& goals, Duration way = kWay) {
    down.delay = way;
    Classroom room(seed, {.ben = {.up = {.delay = way}, .down = down}});
    Outcome outcome;
    room.settle(10s);
    room.watch.run_for(kMeasured);
    room.finish(outcome, goals);
    return outcome;
}

Outcome interrupted(std::uint64_t seed, Duration length) {
    Classroom room(seed, {.ben = sim::both({.bits_per_second = 4'000'000, .delay = kWay})});
    Outcome outcome;
    room.settle(15s);
    const std::uint16_t height = room.ben.sees(room.teacher).height;
    room.ben.cut_for(length);
    room.world.run_for(length);
    const Instant back = room.world.now();
    room.measure_anew();
    const auto since = [&] { return in_seconds(room.world.now() - back); };
    room.world.run_until([&] { return room.ben.hears(room.teacher).played > 5; }, 30s);
    outcome.add("voice again after", "s", since(), at_most(1));
    room.world.run_until([&] { return room.ben.sees(room.teacher).frames > 3; }, 30s);
    outcome.add("picture again after", "s", since(), at_most(1));
    const auto as_before = [&] { return room.ben.sees(room.teacher).height >= height; };
    room.world.run_until(as_before, 60s);
    outcome.add("as sharp as before after", "s", since(), at_most(10));
    room.world.run_for(5s);
    room.measure_anew();
    room.watch.run_for(60s);
    room.finish(outcome, {.switches = at_most(2)});
    return outcome;
}

Outcome moved(std::uint64_t seed, sim::Browser::Move how) {
    Classroom room(seed, {.ben = sim::both({.delay = kWay})});
    Outcome outcome;
    room.settle(10s);
    room.ben.move(how);
    const Instant then = room.world.now();
    // Chromium checks a way that it uses every 2.5 s.
    const bool noticed = how == sim::Browser::Move::Noticed;
    room.world.run_until([&] { return !room.ben.has_picture_of(room.teacher); }, 700ms);
    room.world.run_until([&] { return room.ben.has_picture_of(room.teacher); }, 30s);
    outcome.add("picture again after", "s", in_seconds(room.world.now() - then), at_most(noticed ? 1 : 4));
    room.world.run_for(5s);
    room.measure_anew();
    room.watch.run_for(60s);
    outcome.add("others see Ben", "yes", room.teacher.has_picture_of(room.ben) ? 1 : 0, at_least(1));
    room.finish(outcome, {.switches = at_most(2)});
    return outcome;
}

}  // namespace

Outcome loses_1_percent(std::uint64_t seed) {
    return watched_over(seed, {.loss = 0.01}, {.frozen = at_most(0.5), .gaps = at_most(0.5), .switches = at_most(2)});
}
Outcome loses_10_percent(std::uint64_t seed) {
    return watched_over(seed, {.loss = 0.1}, {.gaps = at_most(1), .switches = at_most(2)});
}
Outcome loses_10_percent_in_bursts(std::uint64_t seed) {
    return watched_over(seed, {.loss = 0.1, .burst = 4}, {.gaps = at_most(1), .switches = at_most(2)});
}
Outcome loses_30_percent(std::uint64_t seed) {
    return watched_over(seed, {.loss = 0.3}, {.frozen = {}});
}
Outcome loses_30_percent_in_bursts(std::uint64_t seed) {
    return watched_over(seed, {.loss = 0.3, .burst = 4}, {.frozen = {}});
}
Outcome is_far_away(std::uint64_t seed) {
    return watched_over(seed, {.bits_per_second = 4'000'000, .loss = 0.01}, {.switches = at_most(2)}, 50ms);
}
Outcome is_disordered(std::uint64_t seed) {
    return watched_over(seed, {.jitter = 30ms, .reorder = 0.05, .duplicate = 0.02}, {.switches = at_most(2)});
}
Outcome is_interrupted_for_2_s(std::uint64_t seed) {
    return interrupted(seed, 2s);
}
Outcome is_interrupted_for_8_s(std::uint64_t seed) {
    return interrupted(seed, 8s);
}
Outcome changes_its_network(std::uint64_t seed) {
    return moved(seed, sim::Browser::Move::Noticed);
}
Outcome changes_its_port(std::uint64_t seed) {
    return moved(seed, sim::Browser::Move::Unnoticed);
}

}  // namespace klassenraum::quality
