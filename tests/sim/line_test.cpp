// Lessons on bad lines (threats.md section 10): loss, reordering, interruptions.
#include <gtest/gtest.h>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

constexpr Duration kHalfTrip = 25ms;  // a round trip of 50 ms, as decisions.md 13 counts

struct Pair {
    Pair(std::uint64_t seed, const Lines& anna_lines, const Lines& ben_lines)
        : world(seed), anna(world.teacher("Anna", anna_lines)), ben(world.learner("Ben", ben_lines)) {}
    bool settled() {
        if (!world.run_until([&] { return anna.has_picture_of(ben) && ben.has_picture_of(anna); }, 12s)) return false;
        // Ben looks at Anna as learners do.
        ben.look({.default_height = 180, .on_stage = {anna->video_source()}});
        world.run_for(3s);
        world.measure_anew();
        return true;
    }
    void expect_true_pictures() {
        for (Browser* browser : {&anna, &ben}) {
            for (const auto& [source, quality] : browser->me.receiver().videos())
                EXPECT_EQ(quality.corrupt, 0U) << source;
        }
    }
    World world;
    Browser& anna;
    Browser& ben;
};

struct LossCase {
    const char* name;
    LineProfile anna_up;
    LineProfile ben_down;
};

class Loss : public testing::TestWithParam<LossCase> {};

TEST_P(Loss, OnePercentIsRepairedUnnoticed) {
    LossCase lines = GetParam();
    for (LineProfile* profile : {&lines.anna_up, &lines.ben_down}) {
        profile->delay = kHalfTrip / 2;
        if (profile->loss > 0) profile->loss = 0.01;
    }
    Pair pair(21, {.up = lines.anna_up, .down = {.delay = kHalfTrip / 2}},
              {.up = {.delay = kHalfTrip / 2}, .down = lines.ben_down});
    ASSERT_TRUE(pair.settled());
    pair.world.run_for(30s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_GE(pair.ben.sees(pair.anna).frames, 899U);  // 99.9 % of 900
    EXPECT_LT(pair.ben.hears(pair.anna).gap_share(), 0.003);
    EXPECT_EQ(pair.ben.sees(pair.anna).height, 720);
    pair.expect_true_pictures();
}

TEST_P(Loss, TenPercentFreezesLessThanTwoPercentOfTheTime) {
    LossCase lines = GetParam();
    for (LineProfile* profile : {&lines.anna_up, &lines.ben_down}) profile->delay = kHalfTrip / 2;
    Pair pair(22, {.up = lines.anna_up, .down = {.delay = kHalfTrip / 2}},
              {.up = {.delay = kHalfTrip / 2}, .down = lines.ben_down});
    ASSERT_TRUE(pair.settled());
    pair.world.run_for(60s);
    EXPECT_LT(pair.ben.sees(pair.anna).frozen_share(), 0.02);
    EXPECT_GE(pair.ben.sees(pair.anna).frames, 1700U);
    EXPECT_LT(pair.ben.hears(pair.anna).gap_share(), 0.01);
    EXPECT_GE(pair.ben.sees(pair.anna).height, 360);
    pair.expect_true_pictures();
}

INSTANTIATE_TEST_SUITE_P(Where,
                         Loss,
                         testing::Values(LossCase{"OnTheWayUp", {.loss = 0.1}, {}},
                                         LossCase{"OnTheWayDown", {}, {.loss = 0.1}},
                                         LossCase{"Both", {.loss = 0.1}, {.loss = 0.1}},
                                         LossCase{"InBursts", {}, {.loss = 0.1, .burst = 4}}),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

TEST(BadLine, ThirtyPercentLeavesTheSoundIntelligible) {
    const LineProfile bad{.delay = kHalfTrip / 2, .loss = 0.3};
    Pair pair(23, {.up = {.delay = kHalfTrip / 2}, .down = {.delay = kHalfTrip / 2}}, both(bad));
    ASSERT_TRUE(pair.settled());
    pair.world.run_for(60s);
    EXPECT_LT(pair.ben.hears(pair.anna).gap_share(), 0.02);
    // Within ten seconds of a good line everything is as before.
    pair.ben.set_lines(both({.delay = kHalfTrip / 2}));
    pair.world.run_for(10s);
    pair.world.measure_anew();
    pair.world.run_for(10s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_EQ(pair.ben.sees(pair.anna).height, 720);
    pair.expect_true_pictures();
}

TEST(BadLine, DisorderIsNotTakenForLoss) {
    const LineProfile disorder{.delay = kHalfTrip / 2, .reorder = 0.05, .duplicate = 0.01};
    Pair pair(24, {}, {.up = {}, .down = disorder});
    ASSERT_TRUE(pair.settled());
    const auto before = pair.world.counters();
    pair.world.run_for(30s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_GE(pair.ben.sees(pair.anna).frames, 899U);
    EXPECT_LT(pair.ben.hears(pair.anna).gap_share(), 0.001);
    // Less than twice the share that came late (threats.md F5).
    const auto& after = pair.world.counters();
    const auto repeated = after.retransmissions_sent - before.retransmissions_sent;
    EXPECT_LT(static_cast<double>(repeated),
              2 * 0.05 * static_cast<double>(after.packets_forwarded - before.packets_forwarded));
    pair.expect_true_pictures();
}

TEST(BadLine, DisorderOnTheWayUpIsNotTakenForLoss) {
    const LineProfile disorder{.delay = kHalfTrip / 2, .reorder = 0.05, .duplicate = 0.01};
    Pair pair(25, {.up = disorder, .down = {}}, {});
    ASSERT_TRUE(pair.settled());
    pair.world.run_for(30s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_GE(pair.ben.sees(pair.anna).frames, 899U);
    EXPECT_LT(pair.ben.hears(pair.anna).gap_share(), 0.001);
    pair.expect_true_pictures();
}

TEST(BadLine, FarAwayIsThereWithinFiveSeconds) {
    World world(26);
    Browser& anna = world.teacher("Anna", both({.delay = 50ms}));
    world.run_for(10s);
    Browser& far = world.learner("Ben", both({.delay = 100ms}));
    world.run_for(6s);
    EXPECT_LE(far.time_to_picture(anna), 5s);
    EXPECT_TRUE(anna.has_picture_of(far));
}

class Outage : public testing::TestWithParam<Duration> {};

TEST_P(Outage, PictureAndSoundAreBackWithinASecond) {
    Pair pair(27, both({.delay = kHalfTrip / 2}), both({.delay = kHalfTrip / 2}));
    Browser& cem = pair.world.learner("Cem");
    ASSERT_TRUE(pair.settled());
    ASSERT_TRUE(cem.has_picture_of(pair.ben));
    pair.ben.cut_for(GetParam());
    pair.world.run_for(GetParam());
    pair.world.measure_anew();
    pair.world.run_for(1s);
    EXPECT_TRUE(pair.ben.has_picture_of(pair.anna));
    EXPECT_TRUE(cem.has_picture_of(pair.ben));
    EXPECT_GT(pair.ben.hears(pair.anna).played, 20U);
    EXPECT_GT(cem.hears(pair.ben).played, 20U);
    pair.world.measure_anew();
    pair.world.run_for(20s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_EQ(pair.ben.sees(pair.anna).height, 720);
    EXPECT_EQ(cem.sees(pair.ben).playing.freezes, 0U);
    EXPECT_TRUE(pair.ben.in_room());
    EXPECT_EQ(pair.ben->signalling().state(), bench::Signalling::State::Joined);
    pair.expect_true_pictures();
}

INSTANTIATE_TEST_SUITE_P(Of, Outage, testing::Values(2s, 8s), [](const auto& chosen) {
    return std::to_string(chosen.param / 1s) + "Seconds";
});

// The server sends nothing to whoever gave no consent for half a minute (RFC 7675); the browser notices and asks.
TEST(BadLine, WhoeverWasAwayForHalfAMinuteComesBackWithANewSession) {
    Pair pair(30, {}, {});
    ASSERT_TRUE(pair.settled());
    pair.ben.cut_for(8s);
    pair.world.run_for(8s);
    EXPECT_FALSE(pair.ben->has_lost_media(pair.world.now()));
    pair.world.run_for(5s);
    pair.ben.cut_for(40s);
    pair.world.run_for(40s);
    EXPECT_TRUE(pair.ben->has_lost_media(pair.world.now()));
    pair.ben.restart_media();
    pair.world.run_for(8s);
    EXPECT_FALSE(pair.ben->has_lost_media(pair.world.now()));
    EXPECT_TRUE(pair.ben.has_picture_of(pair.anna));
    EXPECT_TRUE(pair.anna.has_picture_of(pair.ben));
}

TEST(BadLine, ABrokenWebSocketIsResumedWhileMediaGoesOn) {
    Pair pair(28, {}, {});
    ASSERT_TRUE(pair.settled());
    pair.ben.drop_stream();
    pair.world.run_for(10s);
    EXPECT_EQ(pair.ben->signalling().state(), bench::Signalling::State::Joined);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);
    EXPECT_EQ(pair.anna->signalling().others().size(), 1U);
    // Signalling works on the new one.
    Browser& cem = pair.world.learner("Cem");
    pair.world.run_for(3s);
    EXPECT_TRUE(pair.ben->signalling().others().contains(cem->nick()));
}

TEST(BadLine, WhoeverDiesIsShownSoAtOnceAndGoneInTheEnd) {
    Pair pair(29, {}, {});
    ASSERT_TRUE(pair.settled());
    pair.ben.die();
    pair.world.run_for(10s);
    EXPECT_FALSE(pair.anna.has_picture_of(pair.ben));
    EXPECT_TRUE(pair.anna->silent_endpoints().contains(pair.ben->nick()));
    // Its WebSocket says nothing, which is a sleeping tab's right for 90 s; then it may be resumed for 60 s.
    pair.world.run_for(145s);
    EXPECT_EQ(pair.world.counters().endpoints, 1U);
    EXPECT_TRUE(pair.anna->signalling().others().empty());
}

TEST(BadLine, ANarrowLineQueuesAndDropsAsItIsTold) {
    Pair pair(30, {}, {.up = {}, .down = {.bits_per_second = 5'000'000, .queue = 100ms}});
    ASSERT_TRUE(pair.settled());
    pair.world.run_for(10s);
    EXPECT_EQ(pair.ben.sees(pair.anna).playing.freezes, 0U);  // 1.5 Mbit/s fit into five
    // Into half a megabit the bridge soon sends no more than fits.
    pair.ben.set_lines({.up = {}, .down = {.bits_per_second = 500'000, .queue = 100ms}});
    pair.world.run_for(10s);
    const auto fitted = pair.ben.down.dropped();
    EXPECT_LE(fitted, 100U);
    pair.ben.set_lines({.up = {}, .down = {.bits_per_second = 50'000, .queue = 100ms}});
    pair.world.run_for(10s);
    EXPECT_GT(pair.ben.down.dropped() - fitted, 100U);
    pair.expect_true_pictures();
}

}  // namespace
}  // namespace klassenraum::sim
