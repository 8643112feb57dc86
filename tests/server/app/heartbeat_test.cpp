#include "server/app/heartbeat.hpp"

#include <gtest/gtest.h>

#include "server/app/drain.hpp"
#include "server/app/front_door.hpp"

namespace klassenraum::app {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Instant kStart{};

TEST(Heartbeat, MissesAWorkerThatStandsStillAndNoOther) {
    Heartbeat heartbeat(2, kStart);
    for (int second = 1; second <= 10; ++second) {
        const Instant now = kStart + seconds(second);
        heartbeat.observe(0, static_cast<std::uint64_t>(second), now);
        heartbeat.observe(1, second < 5 ? static_cast<std::uint64_t>(second) : 4, now);
        EXPECT_TRUE(heartbeat.is_alive(0, now));
        EXPECT_EQ(heartbeat.is_alive(1, now), second < 7);
        EXPECT_EQ(heartbeat.all_alive(now), second < 7);
    }
}

TEST(Heartbeat, ForgivesAWorkerThatTurnsAgain) {
    Heartbeat heartbeat(1, kStart);
    EXPECT_FALSE(heartbeat.all_alive(kStart + seconds(60)));
    heartbeat.observe(0, 1, kStart + seconds(60));
    EXPECT_TRUE(heartbeat.all_alive(kStart + seconds(61)));
}

TEST(Drain, EndsWithTheLastRoomOrAtItsDeadline) {
    Drain drain;
    EXPECT_FALSE(drain.is_over(kStart, 0));
    drain.begin(kStart, seconds(60));
    EXPECT_FALSE(drain.is_over(kStart + seconds(59), 1));
    EXPECT_TRUE(drain.is_over(kStart + seconds(1), 0));
    EXPECT_TRUE(drain.is_over(kStart + seconds(60), 1));
    drain.cancel();
    EXPECT_FALSE(drain.is_over(kStart + seconds(60), 0));
}

TEST(Drain, LastsNoLongerThanASchoolDay) {
    Drain drain;
    drain.begin(kStart, hours(100));
    EXPECT_EQ(drain.left(kStart), hours(8));
}

TEST(Health, TellsABalancerToKeepRoomsWhileDrainingAndToLeaveWhenBroken) {
    EXPECT_EQ(health_of("/health/ready", Readiness::Ready)->status, 200U);
    EXPECT_EQ(health_of("/health/ready", Readiness::Draining)->status, 404U);
    EXPECT_EQ(health_of("/health/ready", Readiness::Broken)->status, 503U);
    EXPECT_EQ(health_of("/health/live", Readiness::Broken)->status, 200U);
    EXPECT_FALSE(health_of("/health", Readiness::Ready));
}

}  // namespace
}  // namespace klassenraum::app
