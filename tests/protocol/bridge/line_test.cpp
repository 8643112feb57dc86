// What a learner gets over a line: the bridge's estimation, allocation and probing together. The figures asserted are
// those of the issue, as the learner feels them.
#include <gtest/gtest.h>

#include "tests/protocol/bridge/bottleneck.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Lesson;

TEST(Line, ShowsTheStageAtOnceAndKeepsTheQueueShort) {
    Lesson lesson({.rate = 3'000'000});
    lesson.run_for(3s);
    EXPECT_EQ(lesson.stage(), 2);
    lesson.run_for(17s);
    lesson.line->forget();
    const std::uint64_t before = lesson.switches();
    lesson.run_for(120s);
    EXPECT_LE(lesson.switches() - before, 4U);
    EXPECT_LE(lesson.line->queue_percentile(0.95), 100ms);
    EXPECT_EQ(lesson.line->voices_lost, 0U);
    EXPECT_EQ(lesson.stage(), 2);
}

TEST(Line, FollowsARateThatDropsAndRecovers) {
    Lesson lesson;
    lesson.cameras[0].rates[2] = 1'200'000;
    lesson.run_for(30s);
    EXPECT_EQ(lesson.stage(), 2);
    lesson.line->options.rate = 500'000;
    lesson.run_for(1500ms);
    EXPECT_LE(lesson.estimate(), 500'000);
    lesson.run_for(8500ms);
    lesson.line->forget();
    lesson.run_for(20s);
    EXPECT_LE(lesson.line->queue_percentile(0.95), 100ms);
    EXPECT_EQ(lesson.line->voices_lost, 0U);
    lesson.line->options.rate = 2'000'000;
    bwe::BitsPerSecond best = 0;
    for (int i = 0; i < 50; ++i) {
        lesson.run_for(100ms);
        best = std::max(best, lesson.estimate());  // the key frames of the rise take it back for a moment
    }
    EXPECT_GE(best, 1'700'000);
    lesson.run_for(5s);
    EXPECT_EQ(lesson.stage(), 2);
    lesson.line->forget();
    lesson.run_for(10s);
    // All that is wished, with the voices.
    EXPECT_GE(lesson.line->octets * 8 / 10, 1'600'000U);
}

TEST(Line, SwitchesSeldomWhereTheLineFitsNothingQuite) {
    Lesson lesson({.rate = 1'750'000});
    lesson.run_for(60s);
    lesson.line->forget();
    const std::uint64_t before = lesson.switches();
    lesson.run_for(300s);
    EXPECT_LE(lesson.switches() - before, 10U);
    EXPECT_LE(lesson.line->queue_percentile(0.95), 100ms);
    EXPECT_GE(lesson.stage(), 1);
}

TEST(Line, DoesNotCollapseUnderRandomLoss) {
    Lesson lesson({.rate = 4'000'000, .loss = 0.10});
    lesson.run_for(60s);
    EXPECT_GE(lesson.estimate(), 800'000);
    EXPECT_GE(lesson.stage(), 1);
}

TEST(Line, KeepsVoicesWholeWhereNoPictureFits) {
    Lesson lesson({.rate = 200'000});
    lesson.run_for(20s);
    lesson.line->forget();
    lesson.run_for(30s);
    EXPECT_LE(lesson.line->voices_lost * 100, lesson.line->voices_sent);
    EXPECT_LE(lesson.line->queue_percentile(0.95), 150ms);
}

TEST(Line, RunsAlikeForTheSameSeed) {
    const auto run = [] {
        Lesson lesson({.loss = 0.02});
        lesson.run_for(20s);
        return std::pair(lesson.estimate(), lesson.line->octets);
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace klassenraum::bridge
