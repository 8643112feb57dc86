#include "bench/load/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace klassenraum::bench {
namespace {

using namespace std::chrono_literals;

std::vector<RoomKey> two_rooms() {
    return {{"eins", "wolke", "cookie-1", "test", "test"}, {"zwei", "wolke", "cookie-2", "test", "test"}};
}

TEST(Scenario, GivesEachRoomItsTeacherCamerasAndVoices) {
    Scenario scenario{.people = 10, .cameras = 4, .voices = 2, .spurts = 1};
    const auto plans = make_plans(scenario, two_rooms(), "meet.example");
    ASSERT_EQ(plans.size(), 20U);
    for (const std::size_t room : {0U, 1U}) {
        const auto count = [&](auto condition) {
            return std::ranges::count_if(plans,
                                         [&](const ClientPlan& plan) { return plan.room == room && condition(plan); });
        };
        EXPECT_EQ(count([](const ClientPlan& plan) { return plan.options.login == Login::Cookie; }), 1);
        EXPECT_EQ(count([](const ClientPlan& plan) { return !plan.cookie.empty(); }), 1);
        EXPECT_EQ(count([](const ClientPlan& plan) { return plan.options.password == "wolke"; }), 9);
        EXPECT_EQ(count([](const ClientPlan& plan) { return plan.options.camera.on; }), 4);
        EXPECT_EQ(count([](const ClientPlan& plan) { return plan.options.voice == Voice::Always; }), 2);
        EXPECT_EQ(count([](const ClientPlan& plan) { return plan.options.voice == Voice::Spurts; }), 1);
    }
}

TEST(Scenario, IsTheSameForTheSameSeedAndAnotherForAnother) {
    Scenario scenario{.people = 5, .length = 600s, .rejoins = 2, .layout_changes = 3};
    const auto text = [](const std::vector<ClientPlan>& plans) {
        std::vector<std::int64_t> numbers;
        for (const ClientPlan& plan : plans) {
            numbers.push_back(static_cast<std::int64_t>(plan.seed));
            for (const PlannedDeed& deed : plan.deeds) numbers.push_back(deed.at.count());
        }
        return numbers;
    };
    const auto first = text(make_plans(scenario, two_rooms(), "meet.example"));
    EXPECT_EQ(first, text(make_plans(scenario, two_rooms(), "meet.example")));
    scenario.seed = 2;
    EXPECT_NE(first, text(make_plans(scenario, two_rooms(), "meet.example")));
}

TEST(Scenario, SpreadsJoinsOverItsTimeAndLeavesTheTeacherAlone) {
    Scenario scenario{.people = 31, .join_over = 30s, .length = 600s, .rejoins = 1};
    const auto plans = make_plans(scenario, {two_rooms().front()}, "meet.example");
    for (const ClientPlan& plan : plans) {
        EXPECT_LE(plan.join_at, 32s);
        EXPECT_TRUE(std::ranges::is_sorted(plan.deeds, {}, &PlannedDeed::at));
        const bool teacher = plan.options.login == Login::Cookie;
        EXPECT_TRUE(!teacher || plan.deeds.empty());
    }
    const auto deeds = [&] {
        std::size_t sum = 0;
        for (const ClientPlan& plan : plans) sum += plan.deeds.size();
        return sum;
    }();
    EXPECT_NEAR(static_cast<double>(deeds), 300, 80);  // thirty learners, ten minutes, once a minute
}

TEST(Line, UnderstandsNamesAndTerms) {
    const auto lte = parse_line_profiles("lte");
    ASSERT_TRUE(lte);
    EXPECT_EQ(lte->up.bits_per_second, 5'000'000U);
    const auto own = parse_line_profiles("loss=2%,burst=4,delay=30ms,up=1M,down=300k");
    ASSERT_TRUE(own);
    EXPECT_DOUBLE_EQ(own->down.loss, 0.02);
    EXPECT_EQ(own->up.delay, 30ms);
    EXPECT_EQ(own->up.bits_per_second, 1'000'000U);
    EXPECT_EQ(own->down.bits_per_second, 300'000U);
    EXPECT_TRUE(parse_line_profiles("schule-443")->relayed);
    for (const char* wrong : {"mars", "loss=2x", "delay=30", "loss=", "=3", "rate=1G"}) {
        EXPECT_FALSE(parse_line_profiles(wrong)) << wrong;
    }
}

TEST(Line, LosesDelaysAndLimitsAsItWasTold) {
    Line line({.bits_per_second = 1'000'000, .delay = 30ms, .loss = 0.1, .burst = 3}, 5);
    Instant now = Instant{} + 1s;
    int lost = 0;
    Instant last{};
    for (int i = 0; i < 20'000; ++i) {
        const auto arrival = line.send(97, now);  // with its headers a thousand bits
        if (arrival) {
            EXPECT_GE(*arrival, now + 30ms);
            EXPECT_GE(*arrival, last);
            last = *arrival;
        } else {
            ++lost;
        }
        now += 2ms;
    }
    EXPECT_NEAR(lost / 20'000.0, 0.1, 0.02);
    // Twice as fast as the line: the queue fills, then every other one is lost.
    Line slow({.bits_per_second = 1'000'000, .queue = 100ms}, 5);
    int dropped = 0;
    for (int i = 0; i < 4000; ++i) dropped += slow.send(97, now += 500us) ? 0 : 1;
    EXPECT_NEAR(dropped, 1900, 120);
}

}  // namespace
}  // namespace klassenraum::bench
