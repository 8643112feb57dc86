// A queue that stands on a receiver's line, told apart from a way that has become longer.
#include "protocol/bridge/standing_queue.hpp"

#include <gtest/gtest.h>

#include "protocol/bridge/limits.hpp"

namespace klassenraum::bridge {
namespace {

constexpr Instant kStart = Instant(Duration(1'000s));

using Verdict = StandingQueue::Verdict;

class Line {
public:
    int stands(Duration queue, Duration time) {
        int times = 0;
        for (const Instant end = now_ + time; now_ < end; now_ += 50ms) {
            last_ = queue_.note(queue, now_);
            times += last_ == Verdict::Stands ? 1 : 0;
            foreign_ = foreign_ || last_ == Verdict::NotOurs;
            if (last_ == Verdict::NotOurs) return times;
        }
        return times;
    }
    bool queueing() const { return queue_.there(); }
    bool foreign() const { return foreign_; }

private:
    StandingQueue queue_;
    Instant now_ = kStart;
    Verdict last_ = Verdict::Nothing;
    bool foreign_ = false;
};

TEST(StandingQueue, IsNoneOnAnEvenLine) {
    Line line;
    EXPECT_EQ(line.stands(0ms, 60s), 0);
    EXPECT_FALSE(line.queueing());
}

TEST(StandingQueue, IsNoneWhenItIsGoneAtOnce) {
    Line line;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(line.stands(170ms, 400ms), 0);
        EXPECT_EQ(line.stands(10ms, 100ms), 0);
    }
}

TEST(StandingQueue, IsToldEachSecondWhileItHardlyShrinks) {
    Line line;
    EXPECT_EQ(line.stands(220ms, 1s), 1);
    EXPECT_TRUE(line.queueing());
    EXPECT_EQ(line.stands(180ms, 1s), 1);
    EXPECT_EQ(line.stands(145ms, 1s), 1);
    EXPECT_EQ(line.stands(115ms, 1s), 1);
    EXPECT_EQ(line.stands(20ms, 1s), 0);
    EXPECT_FALSE(line.queueing());
    EXPECT_FALSE(line.foreign());
}

// Sending ever less while it drains left nothing for a picture.
TEST(StandingQueue, IsNotToldAgainWhileAThirdOfItGoesAwayInASecond) {
    Line line;
    EXPECT_EQ(line.stands(300ms, 1s), 1);
    EXPECT_EQ(line.stands(190ms, 1s), 0);
    EXPECT_TRUE(line.queueing());
    EXPECT_EQ(line.stands(120ms, 1s), 0);
    EXPECT_EQ(line.stands(110ms, 1s), 1);  // it stands again
}

TEST(StandingQueue, IsSomebodyElsesWhenSendingLessDoesNotHelp) {
    Line line;
    EXPECT_EQ(line.stands(220ms, 120s), kFruitlessSteps);
    EXPECT_TRUE(line.foreign());
    EXPECT_FALSE(line.queueing());
}

}  // namespace
}  // namespace klassenraum::bridge
