// Long lessons, without cryptography: nothing may build up, drift or get lost over time.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

TEST(LongLesson, AClassOfThirtyForThreeMinutesIsAsGoodAtTheEndAsAtTheBeginning) {
    World world(51);
    Browser& teacher = world.teacher("Frau Amsel", {}, {.voice = bench::Voice::Always});
    // The teacher's camera and three voices.
    for (int i = 0; i < 29; ++i) {
        const bench::Voice voice = i < 2 ? bench::Voice::Spurts : bench::Voice::None;
        world.learner("Kind " + std::to_string(i), both({.delay = Duration(5ms + i * 1ms), .jitter = 3ms}),
                      {.voice = voice, .camera = {.on = false}});
    }
    ASSERT_TRUE(world.run_until(
        [&] {
            return std::ranges::all_of(world.browsers(), [&](const auto& one) {
                return one.get() == &teacher || one->has_picture_of(teacher);
            });
        },
        20s));
    for (const auto& browser : world.browsers())
        browser->look({.default_height = 180, .on_stage = {teacher->video_source()}});
    world.run_for(5s);
    world.measure_anew();
    world.run_for(3min);
    for (const auto& browser : world.browsers()) {
        if (browser.get() == &teacher) continue;
        const bench::VideoQuality seen = browser->sees(teacher);
        EXPECT_GE(seen.frames, 5395U);
        EXPECT_EQ(seen.playing.freezes, 0U);
        EXPECT_EQ(seen.corrupt, 0U);
        EXPECT_EQ(seen.layer_switches, 0U);
        EXPECT_EQ(seen.height, 720);
        EXPECT_EQ(browser->hears(teacher).missed, 0U);
        EXPECT_GE(browser->hears(teacher).played, 8995U);
    }
    EXPECT_EQ(world.counters().endpoints, 30U);
}

}  // namespace
}  // namespace klassenraum::sim
