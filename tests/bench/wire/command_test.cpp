#include "bench/wire/command.hpp"

#include <gtest/gtest.h>

namespace klassenraum::bench {
namespace {

using namespace std::chrono_literals;

TEST(WireCommand, NamesWhatIsWrongWithALine) {
    const auto command =
        parse_command("down rate=500k delay=20ms jitter=5ms loss=10% burst=3 reorder=1% duplicate=0.5% queue=0.3s");
    ASSERT_TRUE(command && std::holds_alternative<Impair>(*command));
    const auto& impair = std::get<Impair>(*command);
    EXPECT_EQ(impair.direction, Direction::Down);
    EXPECT_EQ(impair.profile.bits_per_second, 500'000U);
    EXPECT_EQ(impair.profile.delay, 20ms);
    EXPECT_EQ(impair.profile.jitter, 5ms);
    EXPECT_DOUBLE_EQ(impair.profile.loss, 0.1);
    EXPECT_DOUBLE_EQ(impair.profile.burst, 3);
    EXPECT_DOUBLE_EQ(impair.profile.reorder, 0.01);
    EXPECT_DOUBLE_EQ(impair.profile.duplicate, 0.005);
    EXPECT_EQ(impair.profile.queue, 300ms);
}

TEST(WireCommand, WhatIsNotNamedIsPerfect) {
    const auto command = parse_command("both");
    ASSERT_TRUE(command && std::holds_alternative<Impair>(*command));
    const auto& profile = std::get<Impair>(*command).profile;
    EXPECT_EQ(profile.bits_per_second, 0U);
    EXPECT_EQ(profile.delay, 0ms);
    EXPECT_EQ(profile.loss, 0);
}

TEST(WireCommand, CutsMovesAndCounts) {
    EXPECT_EQ(std::get<Cut>(*parse_command("cut 8s")).length, 8s);
    EXPECT_EQ(std::get<ChangeAddress>(*parse_command("address 3")).host, 3);
    EXPECT_TRUE(std::holds_alternative<Rebind>(*parse_command("rebind")));
    EXPECT_TRUE(std::holds_alternative<Stats>(*parse_command("stats")));
}

TEST(WireCommand, RefusesWhatItDoesNotUnderstand) {
    for (const char* line : {"", "sideways", "down rate", "down rate=fast", "down loss=0.1", "down loss=101%", "cut",
                             "cut 8", "cut -1s", "address 1", "address 255", "down burst=0", "down delay=1e9s"}) {
        EXPECT_FALSE(parse_command(line)) << line;
    }
}

}  // namespace
}  // namespace klassenraum::bench
