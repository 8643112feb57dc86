// A queue that stands on a receiver's line, told apart from a way that has become longer.
#include "protocol/bridge/standing_queue.hpp"

#include <gtest/gtest.h>

#include "protocol/bridge/limits.hpp"

namespace klassenraum::bridge {
namespace {

constexpr Instant kStart = Instant(Duration(1'000s));

class Feedback {
public:
    int told(Duration delay, Duration time) {
        int times = 0;
        for (const Instant end = now_ + time; now_ < end; now_ += 50ms) times += queue_.note(delay, now_) ? 1 : 0;
        return times;
    }
    bool queueing() const { return queue_.there(); }

private:
    StandingQueue queue_;
    Instant now_ = kStart;
};

TEST(StandingQueue, IsNoneOnAnEvenLine) {
    Feedback line;
    EXPECT_EQ(line.told(80ms, 60s), 0);
    EXPECT_FALSE(line.queueing());
}

TEST(StandingQueue, IsNoneWhenItIsGoneAtOnce) {
    Feedback line;
    line.told(80ms, 5s);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(line.told(250ms, 400ms), 0);
        EXPECT_EQ(line.told(90ms, 100ms), 0);
    }
}

TEST(StandingQueue, IsToldEachSecondWhileItShrinks) {
    Feedback line;
    line.told(80ms, 5s);
    EXPECT_EQ(line.told(300ms, 1s), 1);
    EXPECT_TRUE(line.queueing());
    EXPECT_EQ(line.told(250ms, 1s), 1);
    EXPECT_EQ(line.told(200ms, 1s), 1);
    EXPECT_EQ(line.told(150ms, 1s), 1);
    EXPECT_EQ(line.told(100ms, 1s), 0);
    EXPECT_FALSE(line.queueing());
}

TEST(StandingQueue, IsTakenForALongerWayWhenSendingLessDoesNotHelp) {
    Feedback line;
    line.told(80ms, 30s);
    EXPECT_LE(line.told(300ms, 120s), kFruitlessSteps);
    EXPECT_FALSE(line.queueing());
    // And a queue on the longer way is seen again.
    EXPECT_GE(line.told(500ms, 1s), 1);
}

TEST(StandingQueue, IsForgottenWithTheShorterWayOfLongAgo) {
    Feedback line;
    line.told(80ms, 1s);
    line.told(130ms, 3 * kLeastDelayWindow);
    EXPECT_EQ(line.told(185ms, 5s), 0);
}

}  // namespace
}  // namespace klassenraum::bridge
