#include "bench/app/series.hpp"

#include <gtest/gtest.h>

namespace klassenraum::bench {
namespace {

// A server that serves up to `bears` rooms with 0.1 cores each, of which the bare sender would cost 0.06.
Outcome run_of(std::uint32_t rooms, std::uint32_t bears) {
    Outcome outcome{.scenario = "class"};
    outcome.figures.set("failed", 0);
    outcome.figures.set("missing", 0);
    outcome.figures.set("loss_share", rooms <= bears ? 0.001 : 0.2);
    outcome.figures.set("server_cores", 0.1 * rooms);
    outcome.figures.set("packets_out", 20'000.0 * rooms);
    outcome.figures.set("floor_per_packet", 3000);
    return outcome;
}

std::vector<Threshold> little_loss() {
    return {*parse_threshold("loss_share<1%")};
}

std::vector<std::uint32_t> rooms_tried(const Limit& limit, std::vector<std::uint32_t>& tried) {
    EXPECT_EQ(limit.outcomes.size(), tried.size());
    return tried;
}

TEST(FindLimit, DoublesAndThenHalvesTheDistance) {
    std::vector<std::uint32_t> tried;
    const Limit limit = find_limit(
        [&](std::uint32_t rooms) {
            tried.push_back(rooms);
            return run_of(rooms, 13);
        },
        1, 200, little_loss());
    EXPECT_EQ(rooms_tried(limit, tried), (std::vector<std::uint32_t>{1, 2, 4, 8, 16, 12, 14, 13}));
    EXPECT_EQ(limit.held, 13U);
    EXPECT_EQ(limit.broke, 14U);
    EXPECT_FALSE(limit.bench_was_limit);
}

TEST(FindLimit, EndsWhereItWasTold) {
    const auto all = [](std::uint32_t rooms) { return run_of(rooms, 1000); };
    const Limit limit = find_limit(all, 1, 6, little_loss());
    EXPECT_EQ(limit.held, 6U);
    EXPECT_EQ(limit.broke, 0U);
    EXPECT_EQ(find_limit([](std::uint32_t rooms) { return run_of(rooms, 0); }, 1, 6, little_loss()).held, 0U);
}

TEST(FindLimit, TriesOnceMoreWhereTheBenchWasTheLimitAndTellsCpuAllTheSame) {
    std::vector<std::uint32_t> tried;
    const auto bench_fails = [&](std::uint32_t from, unsigned times) {
        return [&tried, from, left = times](std::uint32_t rooms) mutable {
            tried.push_back(rooms);
            Outcome outcome = run_of(rooms, 2);
            if (rooms >= from && left > 0) {
                --left;
                outcome.bottlenecks = {"bench_late_p99 90 ms"};
            }
            return outcome;
        };
    };
    // Once: a hiccup of the machine.
    Limit limit = find_limit(bench_fails(2, 1), 1, 200, little_loss());
    EXPECT_EQ(tried, (std::vector<std::uint32_t>{1, 2, 2, 4, 3}));
    EXPECT_EQ(limit.held, 2U);
    // Twice: more would only measure the bench. CPU time is CPU time.
    tried.clear();
    limit = find_limit(bench_fails(1, 9), 1, 200, little_loss());
    EXPECT_EQ(tried, (std::vector<std::uint32_t>{1, 1}));
    EXPECT_EQ(limit.held, 0U);
    EXPECT_TRUE(limit.bench_was_limit);
    EXPECT_DOUBLE_EQ(limit.cores_per_room, 0.1);
    ASSERT_TRUE(limit.cores_per_room_net);
    EXPECT_NEAR(*limit.cores_per_room_net, 0.04, 1e-9);
    const std::string text = text_of(limit, false);
    EXPECT_NE(text.find("so 10 rooms per core"), std::string::npos) << text;
    EXPECT_NE(text.find("so 25 rooms per core"), std::string::npos) << text;
}

TEST(FindLimit, DoesNotCountTheCpuOfALoadThatWasNotServed) {
    const Limit limit = find_limit(
        [](std::uint32_t rooms) {
            Outcome outcome = run_of(rooms, 2);
            outcome.figures.set("missing", rooms > 2 ? 9 : 0);
            return outcome;
        },
        1, 200, little_loss());
    EXPECT_EQ(limit.rooms_for_cores, 2U);
}

TEST(FindLimit, TakesTheCpuOfTheLargestLoadThatHeld) {
    const Limit limit = find_limit([](std::uint32_t rooms) { return run_of(rooms, 5); }, 1, 200, little_loss());
    EXPECT_EQ(limit.held, 5U);
    EXPECT_EQ(limit.rooms_for_cores, 5U);
}

TEST(FindLimit, SaysWhenTheBareSenderCostsAsMuch) {
    const Limit limit = find_limit(
        [](std::uint32_t rooms) {
            Outcome outcome = run_of(rooms, 1);
            outcome.figures.set("floor_per_packet", 6000);
            return outcome;
        },
        1, 200, little_loss());
    EXPECT_FALSE(limit.cores_per_room_net);
    EXPECT_NE(text_of(limit, false).find("not to be told"), std::string::npos);
}

TEST(Compare, TakesTurnsAndGivesRatiosWithTheirSpan) {
    std::string order;
    double ours = 100;
    const auto side = [&](const char* name, const char* letter, double step) {
        return Side{name, [&, letter, step] {
                        order += letter;
                        Outcome outcome;
                        outcome.figures.set("cpu_per_packet", step == 0 ? 400 : (ours += step));
                        return outcome;
                    }};
    };
    const Comparison comparison = compare(side("ours", "o", 100), side("theirs", "t", 0), 3);
    EXPECT_EQ(order, "ottoot");
    ASSERT_EQ(comparison.ratios.size(), 1U);
    EXPECT_DOUBLE_EQ(comparison.ratios[0].ratio, 0.75);
    EXPECT_DOUBLE_EQ(comparison.ratios[0].least, 0.5);
    EXPECT_DOUBLE_EQ(comparison.ratios[0].most, 1.0);
    EXPECT_EQ(comparison.outcomes.size(), 6U);
}

}  // namespace
}  // namespace klassenraum::bench
