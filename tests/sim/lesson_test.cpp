// Lessons on good lines: what must simply work, as those inside experience it.
#include <gtest/gtest.h>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

// What can never be right, whatever the line does.
void expect_true_pictures(World& world) {
    for (const auto& browser : world.browsers()) {
        for (const auto& [source, quality] : browser->me.receiver().videos()) {
            EXPECT_EQ(quality.corrupt, 0U)
                << source << " at " << browser->me.options().name << ", seed " << world.seed();
            EXPECT_EQ(quality.misattributed, 0U) << source << " at " << browser->me.options().name;
        }
        for (const auto& [source, quality] : browser->me.receiver().audios()) {
            EXPECT_EQ(quality.misattributed, 0U) << source << " at " << browser->me.options().name;
        }
    }
}

std::uint64_t trace_of_a_lesson(std::uint64_t seed) {
    World world(seed);
    world.teacher("Anna", both({.jitter = 4ms, .loss = 0.02}));
    world.learner("Ben", both({.delay = 30ms, .reorder = 0.02, .duplicate = 0.01}));
    world.learner("Cem");
    world.run_for(5s);
    return world.trace();
}

TEST(Simulation, RepeatsToTheOctetFromItsSeed) {
    const std::uint64_t first = trace_of_a_lesson(7);
    EXPECT_EQ(trace_of_a_lesson(7), first);
    EXPECT_NE(trace_of_a_lesson(8), first);
}

TEST(Lesson, TwoPeopleSeeAndHearEachOther) {
    World world(1);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben");
    ASSERT_TRUE(world.run_until([&] { return anna.has_picture_of(ben) && ben.has_picture_of(anna); }, 8s));
    world.measure_anew();
    world.run_for(10s);
    for (const auto& [here, there] : {std::pair{&anna, &ben}, std::pair{&ben, &anna}}) {
        EXPECT_GE(here->sees(*there).frames, 298U);
        EXPECT_EQ(here->sees(*there).playing.freezes, 0U);
        EXPECT_LT(here->sees(*there).mean_delay(), 50ms);
        EXPECT_GE(here->hears(*there).played, 495U);
        EXPECT_EQ(here->hears(*there).missed, 0U);
        EXPECT_EQ(here->sees(*there).height, 180);
    }
    expect_true_pictures(world);
}

TEST(Lesson, WhoeverIsOnStageComesInFullHeight) {
    World world(2);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben");
    ASSERT_TRUE(world.run_until([&] { return ben.has_picture_of(anna); }, 8s));
    ben.look({.default_height = 180, .on_stage = {anna->video_source()}});
    ASSERT_TRUE(world.run_until([&] { return ben.sees(anna).height == 720; }, 2s));
    EXPECT_EQ(anna.sees(ben).height, 180);
    // Nobody wants more of Ben than a thumbnail: his camera stops making the larger pictures.
    world.run_for(5s);
    EXPECT_EQ(ben->camera()->max_height(), 180);
    world.measure_anew();
    world.run_for(5s);
    EXPECT_EQ(ben.sees(anna).playing.freezes, 0U);
    EXPECT_EQ(ben.sees(anna).layer_switches, 0U);
    expect_true_pictures(world);
}

TEST(Lesson, AClassOfTenIsThereForEverybody) {
    World world(3);
    Browser& teacher = world.teacher("Frau Amsel");
    for (int i = 0; i < 9; ++i)
        world.learner("Kind " + std::to_string(i), both({.delay = 5ms + i * 4ms, .jitter = 3ms}));
    world.run_for(12s);
    for (const auto& browser : world.browsers()) ASSERT_TRUE(browser->in_room());
    for (const auto& browser : world.browsers()) {
        browser->look({.default_height = 180, .on_stage = {teacher->video_source()}});
    }
    world.run_for(3s);
    world.measure_anew();
    world.run_for(10s);
    for (const auto& here : world.browsers()) {
        EXPECT_EQ(here->me.signalling().others().size(), 9U);
        for (const auto& there : world.browsers()) {
            if (here == there) continue;
            EXPECT_GE(here->sees(*there).frames, 290U);
            EXPECT_EQ(here->sees(*there).playing.freezes, 0U);
            EXPECT_EQ(here->sees(*there).layer_switches, 0U);
            EXPECT_LT(here->hears(*there).gap_share(), 0.001);
        }
        if (here.get() != &teacher) {
            EXPECT_EQ(here->sees(teacher).height, 720);
        }
    }
    expect_true_pictures(world);
}

TEST(Lesson, SomebodyLateSeesAPictureWithinASecond) {
    World world(4);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben");
    world.run_for(20s);
    Browser& late = world.learner("Zoe");
    world.run_for(3s);
    EXPECT_LE(late.time_to_picture(anna), 1s);
    EXPECT_LE(late.time_to_picture(ben), 1s);
    EXPECT_LE(anna.time_to_picture(late) - 20s, 1s);
    expect_true_pictures(world);
}

TEST(Lesson, WorksWithoutSsrcRewritingToo) {
    World world(5);
    Browser& anna = world.teacher("Anna", {}, {.ssrc_rewriting = false});
    Browser& ben = world.learner("Ben", {}, {.ssrc_rewriting = false});
    Browser& cem = world.learner("Cem");
    ASSERT_TRUE(world.run_until(
        [&] {
            return anna.has_picture_of(ben) && ben.has_picture_of(anna) && anna.has_picture_of(cem) &&
                   cem.has_picture_of(anna);
        },
        8s));
    world.measure_anew();
    world.run_for(5s);
    EXPECT_GE(anna.sees(cem).frames, 148U);
    EXPECT_EQ(ben.hears(cem).missed, 0U);
    cem.leave();
    world.run_for(1s);
    EXPECT_FALSE(anna.has_picture_of(cem));
    EXPECT_TRUE(anna.has_picture_of(ben));
    expect_true_pictures(world);
}

TEST(Lesson, AClientOf2022IsSeenAndSees) {
    World world(6);
    Browser& anna = world.teacher("Anna");
    Browser& old = world.learner("Ben", {}, {.dialect = bench::Dialect::Of2022, .ssrc_rewriting = false});
    ASSERT_TRUE(world.run_until([&] { return anna.has_picture_of(old) && old.has_picture_of(anna); }, 8s));
    world.measure_anew();
    world.run_for(5s);
    EXPECT_GE(old.sees(anna).frames, 148U);
    EXPECT_EQ(anna.hears(old).missed, 0U);
    expect_true_pictures(world);
}

TEST(Lesson, AnAccountLogsInByPassword) {
    World world(7);
    Browser& anna = world.participant({.room = "amsel-27-mathe-k3fq",
                                       .name = "Anna",
                                       .login = bench::Login::Password,
                                       .account = "amsel-27",
                                       .account_password = "richtig"});
    anna.join();
    ASSERT_TRUE(world.run_until([&] { return anna.in_room(); }, 5s));
    EXPECT_TRUE(anna->signalling().moderator());
    Browser& ben = world.learner("Ben");
    ASSERT_TRUE(world.run_until([&] { return ben.has_picture_of(anna); }, 8s));
    EXPECT_FALSE(ben->signalling().moderator());
}

TEST(Lesson, LearnersWaitForTheTeacherAndNeedThePassword) {
    World world(8);
    Browser& early = world.learner("Ben");
    Browser& stranger = world.participant({.room = "amsel-27-mathe-k3fq", .password = "falsch", .name = "X"});
    stranger.join();
    world.run_for(7s);
    EXPECT_EQ(early->signalling().state(), bench::Signalling::State::Waiting);
    world.teacher("Anna");
    ASSERT_TRUE(world.run_until([&] { return early.in_room(); }, 8s));
    EXPECT_TRUE(
        world.run_until([&] { return stranger->signalling().end() == bench::Signalling::End::WrongPassword; }, 8s));
    EXPECT_FALSE(stranger->connected());
}

TEST(Lesson, TheSpeakerIsNamedToEverybody) {
    World world(9);
    Browser& anna = world.teacher("Anna", {}, {.voice = bench::Voice::Silent});
    Browser& ben = world.learner("Ben", {}, {.voice = bench::Voice::Silent});
    Browser& cem = world.learner("Cem", {}, {.voice = bench::Voice::Silent});
    world.run_for(8s);
    ben.speak(bench::Voice::Always);
    world.run_for(3s);
    EXPECT_EQ(anna->dominant_speaker(), ben->nick());
    EXPECT_EQ(cem->dominant_speaker(), ben->nick());
    ben.speak(bench::Voice::Silent);
    anna.speak(bench::Voice::Always);
    world.run_for(3s);
    EXPECT_EQ(cem->dominant_speaker(), anna->nick());
}

TEST(Lesson, LeavingAndComingBackWorksAgainAndAgain) {
    World world(10);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben");
    world.run_for(6s);
    std::vector<Browser*> visits;
    for (int i = 0; i < 4; ++i) {
        Browser& cem = world.learner("Cem");
        ASSERT_TRUE(world.run_until([&] { return cem.has_picture_of(anna) && ben.has_picture_of(cem); }, 3s));
        cem.leave();
        ASSERT_TRUE(world.run_until([&] { return !cem.in_room(); }, 2s));
        visits.push_back(&cem);
    }
    world.measure_anew();
    world.run_for(5s);
    EXPECT_EQ(anna->signalling().others().size(), 1U);
    EXPECT_EQ(ben.sees(anna).playing.freezes, 0U);
    EXPECT_GE(ben.sees(anna).frames, 148U);
    for (Browser* visit : visits) EXPECT_FALSE(ben.has_picture_of(*visit));
    EXPECT_EQ(world.counters().endpoints, 2U);
    expect_true_pictures(world);
}

TEST(Lesson, CameraOffAndOnAgainComesBackWithinASecond) {
    World world(11);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben");
    ASSERT_TRUE(world.run_until([&] { return anna.has_picture_of(ben); }, 8s));
    ben.film(false);
    world.run_for(10s);
    EXPECT_FALSE(anna.has_picture_of(ben));
    const std::uint64_t before = anna.sees(ben).frames;
    ben.film(true);
    world.run_for(1s);
    EXPECT_GT(anna.sees(ben).frames, before);
    EXPECT_EQ(anna.sees(ben).playing.freezes, 0U);  // it was off, not frozen
    expect_true_pictures(world);
}

}  // namespace
}  // namespace klassenraum::sim
