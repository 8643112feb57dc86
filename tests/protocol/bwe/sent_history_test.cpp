#include "protocol/bwe/sent_history.hpp"

#include <gtest/gtest.h>

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;

const Instant kStart{std::chrono::hours(100)};

TEST(SentHistory, TellsEachArrivalOnceAndALossThatArrivedAfterAll) {
    SentHistory history;
    EXPECT_FALSE(history.take(7, kStart));
    for (std::uint16_t i = 0; i < 10; ++i) {
        history.add(static_cast<std::uint16_t>(65530 + i), 1000U + i, i == 4 ? 70'000 : kNoProbe,
                    kStart + milliseconds(i));
    }
    const auto fifth = history.take(65534, kStart);
    ASSERT_TRUE(fifth);
    EXPECT_EQ(fifth->sequence, 65534U);
    EXPECT_EQ(fifth->sent, kStart + milliseconds(4));
    EXPECT_EQ(fifth->size, 1004U);
    EXPECT_EQ(fifth->probe_cluster, 70'000);
    EXPECT_FALSE(history.take(65534, kStart));
    EXPECT_TRUE(history.take(2, std::nullopt));  // behind the wrap
    EXPECT_FALSE(history.take(2, std::nullopt));
    const auto late = history.take(2, kStart);
    ASSERT_TRUE(late);
    EXPECT_EQ(late->sequence, 65538U);
    EXPECT_FALSE(history.take(4, kStart));  // was never sent
}

TEST(SentHistory, GrowsUntilAnOutageIsOverAndForgetsNothingOfIt) {
    SentHistory history;
    std::uint16_t sequence = 1;
    for (int i = 0; i < 3000; ++i) history.add(sequence++, 1000, kNoProbe, kStart + milliseconds(5 * i));
    for (std::uint16_t at = 1; at <= 3000; ++at) {
        const auto told = history.take(at, kStart);
        ASSERT_TRUE(told) << at;
        EXPECT_EQ(told->sent, kStart + milliseconds(5 * (at - 1)));
    }
    // Beyond its bound the oldest are lost.
    for (int i = 0; i < 5000; ++i) history.add(sequence++, 1000, kNoProbe, kStart + milliseconds(20'000));
    EXPECT_FALSE(history.take(static_cast<std::uint16_t>(sequence - 4097), kStart));
    EXPECT_TRUE(history.take(static_cast<std::uint16_t>(sequence - 4096), kStart));
}

TEST(SentHistory, KeepsWhatIsOnItsWayWhenItGivesMemoryBack) {
    SentHistory history;
    std::uint16_t sequence = 65000;
    Instant now = kStart;
    for (int i = 0; i < 3000; ++i) history.add(sequence++, 1000, kNoProbe, now);
    for (std::uint16_t back = 3000; back > 0; --back) history.take(static_cast<std::uint16_t>(sequence - back), now);
    for (int round = 0; round < 10; ++round) {
        now += milliseconds(100);
        const std::uint16_t first = sequence;
        for (std::uint32_t i = 0; i < 100; ++i) history.add(sequence++, 100 + i, kNoProbe, now);
        EXPECT_TRUE(history.take(static_cast<std::uint16_t>(first + 7), std::nullopt));
        history.give_back(now);
        for (std::uint16_t i = 0; i < 100; ++i) {
            const auto told = history.take(static_cast<std::uint16_t>(first + i), now);
            ASSERT_TRUE(told) << round << " " << i;
            EXPECT_EQ(told->size, 100U + i);
            EXPECT_EQ(told->sent, now);
        }
    }
}

}  // namespace
}  // namespace klassenraum::bwe
