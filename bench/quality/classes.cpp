// Whole classes: one bad line among thirty, changing speakers, latecomers, and a lesson's length.
#include <algorithm>

#include "bench/quality/classroom.hpp"
#include "bench/quality/media_print.hpp"
#include "bench/quality/scenario.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBen = 1;  // behind the teacher, see Classroom

struct Lesson {
    explicit Lesson(std::uint64_t seed)
        : room(seed, {.ben = sim::both({.delay = 15ms}), .others = 28, .cameras = 6}), print(room.world) {}

    // A minute of narrow, lossy and broken lines by turns, or of a good one.
    void play(bool bad) {
        room.settle(20s);
        print.start_anew();
        print.leave_out(bench::note_source(room.ben->video_source()));
        raised = room.world.counters().layers_raised;
        for (const Duration cut : {0s, 1s}) {
            if (bad) room.ben.set_lines({.up = {.delay = 15ms}, .down = {.bits_per_second = 700'000, .delay = 15ms}});
            room.world.run_for(15s);
            if (bad) room.ben.set_lines(sim::both({.delay = 60ms, .jitter = 20ms, .loss = 0.1, .burst = 3}));
            if (bad && cut > 0s) room.ben.cut_for(cut);
            room.world.run_for(15s);
        }
        raised = room.world.counters().layers_raised - raised;
    }

    Classroom room;
    MediaPrint print;
    std::uint64_t raised = 0;
};

}  // namespace

Outcome one_line_of_thirty_is_bad(std::uint64_t seed) {
    Outcome outcome;
    Lesson good(seed);
    good.play(false);
    Lesson bad(seed);
    bad.play(true);
    double sound = 0;
    double pictures = 0;
    double frozen = 0;
    for (std::size_t i = 0; i < bad.room.world.browsers().size(); ++i) {
        if (i == kBen) continue;
        sound += same_sound(good.print, bad.print, i) ? 1 : 0;
        pictures += same_pictures(good.print, bad.print, i) ? 1 : 0;
        if (i == 0) continue;
        frozen += bad.room.world.browsers()[i]->sees(bad.room.teacher).playing.freezes;
    }
    // Everybody but the teacher sees her; whoever sits beside Ben is as good as any.
    const double more = key_frames_more(bad.print, good.print, kBen + 10);
    outcome.add("others with the same sound to the octet", "of 29", sound, at_least(29));
    outcome.add("others with the same frames", "of 29", pictures, at_least(29));
    outcome.add("freezes of others", "in 60 s", frozen, at_most(0));
    outcome.add("key frames others get for Ben's sake", "per source", more, at_most(18));
    outcome.add("layers raised for Ben", "in 60 s", static_cast<double>(bad.raised));
    outcome.add("Ben's line lost", "% of packets",
                100 * bad.room.line.lost_share(bad.room.world.now() - 60s, bad.room.world.now()));
    bad.room.finish(outcome, {.frozen = {}, .gaps = {}});
    outcome.trace = good.room.world.trace() ^ bad.room.world.trace();
    return outcome;
}

// Ten people; every two seconds another one has the word, and everybody's page puts whoever it is told on stage.
Outcome speakers_change_every_2_s(std::uint64_t seed) {
    Outcome outcome;
    sim::World world(seed);
    std::vector<sim::Browser*> people{&world.teacher("Frau Amsel", {}, {.voice = bench::Voice::Silent})};
    for (int i = 0; i < 9; ++i) {
        people.push_back(&world.learner("Kind " + std::to_string(i), sim::both({.delay = 20ms, .jitter = 5ms}),
                                        {.voice = bench::Voice::Silent}));
    }
    world.run_until([&] { return std::ranges::all_of(people, [](auto* one) { return one->in_room(); }); }, 20s);
    world.run_for(15s);
    world.measure_anew();
    sim::Browser& ben = *people.back();
    std::vector<double> named;
    std::vector<double> large;
    std::vector<std::string> on_stage(people.size());
    std::uint64_t key_frames_before = 0;
    for (const sim::Browser* one : people) key_frames_before += one->me.key_frames_wished();
    constexpr int kTurns = 30;
    for (int turn = 0; turn < kTurns; ++turn) {
        sim::Browser& speaker = *people[static_cast<std::size_t>(turn) % (people.size() - 1)];
        for (sim::Browser* one : people) {
            if (one != &speaker && (*one)->speaking()) one->speak(bench::Voice::Silent);
        }
        speaker.speak(bench::Voice::Always);
        const Instant began = world.now();
        std::optional<Duration> told;
        std::optional<Duration> seen;
        for (Duration passed{}; passed < 2s; passed += 20ms) {
            world.run_for(20ms);
            for (std::size_t i = 0; i < people.size(); ++i) {
                const std::string& speaks = (*people[i])->dominant_speaker();
                if (speaks.empty() || speaks == on_stage[i]) continue;
                on_stage[i] = speaks;
                people[i]->look({.default_height = 180, .on_stage = {speaks + "-v0"}});
            }
            if (!told && ben->dominant_speaker() == speaker->nick()) told = world.now() - began;
            if (!seen && ben.sees(speaker).height >= 360) seen = world.now() - began;
        }
        named.push_back(in_seconds(told.value_or(2s)));
        large.push_back(in_seconds(seen.value_or(2s)));
    }
    std::ranges::sort(named);
    std::ranges::sort(large);
    std::uint64_t key_frames = 0;
    double frozen = 0;
    double gaps = 0;
    double wrong = 0;
    for (const sim::Browser* one : people) {
        key_frames += one->me.key_frames_wished();
        if (one == &ben) continue;
        frozen = std::max(frozen, 100 * ben.sees(*one).frozen_share());
        gaps = std::max(gaps, 100 * ben.hears(*one).gap_share());
        wrong += ben.sees(*one).corrupt + ben.sees(*one).misattributed;
    }
    const double minutes = kTurns * 2 / 60.0;
    outcome.add("speaker named after, median", "s", named[named.size() / 2], at_most(1.5));
    outcome.add("speaker large after, median", "s", large[large.size() / 2], at_most(2));
    outcome.add("speaker large after, p95", "s", large[large.size() * 95 / 100]);
    outcome.add("frozen, worst source", "% of time", frozen, at_most(2));
    outcome.add("gaps, worst voice", "% of time", gaps, at_most(2));
    outcome.add("key frames asked of senders", "per min", static_cast<double>(key_frames - key_frames_before) / minutes,
                at_most(60));
    outcome.add("wrong pictures", "frames", wrong, at_most(0));
    outcome.trace = world.trace();
    return outcome;
}

// A free line; Ben's page asks for the teacher on stage as soon as it may.
Outcome somebody_joins(std::uint64_t seed) {
    Outcome outcome;
    for (const Duration way : {Duration(20ms), Duration(100ms)}) {
        const std::string line = way == Duration(20ms) ? "" : "200 ms away: ";
        sim::World world(seed);
        sim::Browser& teacher = world.teacher("Frau Amsel", {}, {.voice = bench::Voice::Always});
        for (int i = 0; i < 8; ++i) {
            world.learner("Kind " + std::to_string(i), {},
                          {.voice = i < 2 ? bench::Voice::Spurts : bench::Voice::Muted});
        }
        world.run_for(20s);
        const Instant asked = world.now();
        bench::View view{.default_height = 180, .on_stage = {teacher->video_source()}};
        sim::Browser& ben =
            world.learner("Ben", sim::both({.bits_per_second = 20'000'000, .delay = way}), {.view = view});
        const auto until = [&](auto condition) {
            world.run_until(condition, 20s);
            return in_seconds(world.now() - asked);
        };
        const std::optional<Goal> goal = line.empty() ? std::optional(at_most(3)) : std::nullopt;
        outcome.add(line + "voice after", "s", until([&] { return ben.hears(teacher).played > 0; }), goal);
        outcome.add(line + "picture after", "s", until([&] { return ben.sees(teacher).frames > 0; }), goal);
        outcome.add(line + "720 lines after", "s", until([&] { return ben.sees(teacher).height >= 720; }), goal);
        outcome.add(line + "all nine pictures after", "s", until([&] {
                        return std::ranges::all_of(world.browsers(), [&](const auto& other) {
                            return other.get() == &ben || ben.sees(*other).frames > 0;
                        });
                    }));
        outcome.trace ^= world.trace();
    }
    return outcome;
}

namespace {

Outcome class_of_thirty(std::uint64_t seed, Duration length) {
    Outcome outcome;
    sim::World world(seed);
    sim::Browser& teacher = world.teacher("Frau Amsel", {}, {.voice = bench::Voice::Always});
    for (int i = 0; i < 29; ++i) {
        const bench::Voice voice = i < 2 ? bench::Voice::Spurts : bench::Voice::None;
        world.learner("Kind " + std::to_string(i), sim::both({.delay = Duration(5ms + i * 1ms), .jitter = 3ms}),
                      {.voice = voice, .camera = {.on = false}});
    }
    world.run_until(
        [&] { return std::ranges::all_of(world.browsers(), [](const auto& one) { return one->in_room(); }); }, 20s);
    for (const auto& browser : world.browsers())
        browser->look({.default_height = 180, .on_stage = {teacher->video_source()}});
    world.run_for(10s);
    world.measure_anew();
    world.run_for(length);
    double frames = 1e9;
    double frozen = 0;
    double gaps = 0;
    double switches = 0;
    double wrong = 0;
    for (const auto& browser : world.browsers()) {
        if (browser.get() == &teacher) continue;
        const bench::VideoQuality seen = browser->sees(teacher);
        frames = std::min(frames, static_cast<double>(seen.frames) / in_seconds(length));
        frozen = std::max(frozen, 100 * seen.frozen_share());
        gaps = std::max(gaps, 100 * browser->hears(teacher).gap_share());
        switches = std::max(switches, seen.layer_switches / (in_seconds(length) / 60));
        wrong += seen.corrupt + seen.misattributed;
    }
    outcome.add("frames, worst learner", "per s", frames, at_least(29.9));
    outcome.add("frozen, worst learner", "% of time", frozen, at_most(0.01));
    outcome.add("gaps of the voice, worst learner", "% of time", gaps, at_most(0.01));
    outcome.add("switches of height, worst learner", "per min", switches, at_most(0));
    outcome.add("wrong pictures", "frames", wrong, at_most(0));
    outcome.trace = world.trace();
    return outcome;
}

}  // namespace

Outcome two_minutes_of_thirty(std::uint64_t seed) {
    return class_of_thirty(seed, 120s);
}
Outcome an_hour_of_thirty(std::uint64_t seed) {
    return class_of_thirty(seed, 3600s);
}

}  // namespace klassenraum::quality
