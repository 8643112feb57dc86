// A line seen through the delays of single packets: bursts that pass, queues that grow, and ways that become longer.
#include "protocol/bwe/queue_delay.hpp"

#include <gtest/gtest.h>

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Way {
public:
    // A packet every 5 ms; the last of each burst of 60 ms waits for `burst` beside what all of them wait.
    void send_for(Duration time, Duration queue, Duration burst = {}, Duration growth = {}) {
        for (const Instant end = now_ + time; now_ < end; now_ += milliseconds(5)) {
            const auto place = (now_.time_since_epoch() / milliseconds(5)) % 12;
            delay.add({.sent = now_,
                       .arrived = now_ + kClocks + milliseconds(20) + queue + burst * place / 11,
                       .size = 1'000},
                      1'600'000);
            queue += growth;
        }
    }
    QueueDelay delay;

private:
    static constexpr Duration kClocks = -std::chrono::hours(3);  // the receiver's clock is behind
    Instant now_ = Instant(std::chrono::hours(10));
};

TEST(QueueDelay, BurstsAreNoQueue) {
    Way way;
    way.send_for(seconds(5), {}, milliseconds(55));
    EXPECT_TRUE(way.delay.empty());
    EXPECT_LT(way.delay.excess(), milliseconds(2));
}

TEST(QueueDelay, WhatNeverBecomesEmptyIsAQueue) {
    Way way;
    way.send_for(seconds(5), {}, milliseconds(55));
    way.send_for(milliseconds(500), {}, milliseconds(55), Duration(1'000));
    EXPECT_FALSE(way.delay.empty());
    EXPECT_GT(way.delay.excess(), milliseconds(60));
    way.send_for(milliseconds(200), {});
    EXPECT_TRUE(way.delay.empty());
}

TEST(QueueDelay, AWayThatIsLongerForGoodIsFoundOutSoon) {
    for (const Duration longer : {milliseconds(20), milliseconds(200)}) {
        Way way;
        way.send_for(seconds(5), {}, milliseconds(30));
        way.send_for(milliseconds(400), longer, milliseconds(30));
        EXPECT_FALSE(way.delay.empty());
        EXPECT_FALSE(way.delay.take_longer_way());
        way.send_for(longer > milliseconds(100) ? milliseconds(300) : milliseconds(2'000), longer, milliseconds(30));
        EXPECT_TRUE(way.delay.empty());
        EXPECT_TRUE(way.delay.take_longer_way());
        EXPECT_FALSE(way.delay.take_longer_way());
        way.send_for(seconds(1), {}, milliseconds(30));
        EXPECT_EQ(way.delay.excess(), Duration::zero());
    }
}

// As after a pause of the radio: all that waited comes at once, each less late than the one before.
TEST(QueueDelay, APauseIsNoLongerWay) {
    Way way;
    way.send_for(seconds(5), {});
    way.send_for(milliseconds(200), milliseconds(200), {}, -milliseconds(5));
    way.send_for(seconds(1), {});
    EXPECT_FALSE(way.delay.take_longer_way());
}

// An overflowing queue is as long all the time, too.
TEST(QueueDelay, AQueueThatOverflowsIsNoLongerWay) {
    Way way;
    way.send_for(seconds(5), {});
    way.send_for(milliseconds(300), {}, {}, milliseconds(5));
    way.send_for(seconds(5), milliseconds(300));
    EXPECT_FALSE(way.delay.take_longer_way());
    EXPECT_GT(way.delay.excess(), milliseconds(290));
}

TEST(QueueDelay, AWayOfLongAgoIsForgotten) {
    Way way;
    way.send_for(seconds(5), {});
    // Never the same for a second.
    for (int i = 0; i < 60; ++i) way.send_for(seconds(1), milliseconds(40 + 8 * (i % 2)));
    EXPECT_LT(way.delay.excess(), milliseconds(10));
}

}  // namespace
}  // namespace klassenraum::bwe
