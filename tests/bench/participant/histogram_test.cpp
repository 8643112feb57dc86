#include "bench/participant/histogram.hpp"

#include <gtest/gtest.h>

#include "bench/participant/probe.hpp"

namespace klassenraum::bench {
namespace {

TEST(Histogram, TellsPercentilesWithinTwoPercent) {
    Histogram histogram;
    for (int i = 1; i <= 100'000; ++i) histogram.record(Duration(i));
    for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
        const double exact = share * 100'000;
        EXPECT_NEAR(static_cast<double>(histogram.percentile_us(share)), exact, exact * 0.02) << share;
    }
    EXPECT_EQ(histogram.percentile_us(1), 100'000U);
    EXPECT_EQ(histogram.count(), 100'000U);
}

TEST(Histogram, AddsUpAndTakesAway) {
    Histogram one;
    Histogram other;
    one.record(Duration(5));
    other.record(Duration(1'000'000));
    Histogram sum = one;
    sum.add(other);
    EXPECT_EQ(sum.count(), 2U);
    EXPECT_EQ(sum.percentile_us(0), 5U);
    EXPECT_EQ(sum.largest_us(), 1'000'000U);
    EXPECT_EQ(sum.since(one).count(), 1U);
    EXPECT_EQ(sum.since(one).percentile_us(0.5), 1'000'000U);
    EXPECT_EQ(Histogram().percentile_us(0.5), 0U);
}

TEST(Probe, StampsTellTheTimeUnderWayOverTheClocksWrap) {
    std::array<std::uint8_t, 40> packet{};
    for (const std::int64_t sent : {std::int64_t{1'000'000}, std::int64_t{0xffffff00}, std::int64_t{123'456'789'012}}) {
        write_stamp(packet, Instant(Duration(sent)));
        EXPECT_NEAR(static_cast<double>(time_under_way(packet, Instant(Duration(sent + 777))).count()), 777, 1);
    }
    const std::array<std::uint8_t, 40> without{};
    EXPECT_EQ(time_under_way(without, Instant(Duration(5))), Duration{});
}

}  // namespace
}  // namespace klassenraum::bench
