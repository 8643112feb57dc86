// The map against a plain record of everything, at rates that rise and fall.
#include "protocol/projection/sequence_map.hpp"

#include <gtest/gtest.h>

#include <map>

#include "protocol/core/entropy.hpp"

namespace klassenraum::projection {
namespace {

using namespace std::chrono_literals;

struct Recorded {
    Instant at;
    std::optional<std::uint16_t> output;  // none: left out
};

TEST(SequenceMap, KnowsAllThatIsYoungEnoughAtAnyRate) {
    SequenceMap<kSequenceWindow> map;
    SeededEntropy entropy(1);
    std::map<std::int64_t, Recorded> record;
    Instant now = Instant{} + 100s;
    std::int64_t input = -70;  // what came before the first packet has such numbers
    map.start(input, 65000);
    for (int round = 0; round < 12000; ++round, ++input) {
        const int phase = round / 2000 % 3;
        now += phase == 0 ? 25ms : phase == 1 ? 3ms : 7ms;
        map.set_now(now);
        ASSERT_EQ(map.place(input), Place::Ahead);
        const bool left_out = entropy.below(4) == 0;
        record[input] = {.at = now, .output = std::nullopt};
        if (left_out) map.drop(input);
        if (!left_out) record[input].output = map.send(input);
        if (round % 37 != 0) continue;
        for (auto at = record.rbegin(); at != record.rend() && now - at->second.at <= kRepeatable; ++at) {
            const auto& [number, known] = *at;
            ASSERT_EQ(map.place(number), known.output ? Place::Sent : Place::Dropped) << round << " " << number;
            if (!known.output) continue;
            ASSERT_EQ(map.output(number), *known.output);
            ASSERT_EQ(map.input(*known.output), number);
        }
    }
    EXPECT_EQ(map.place(record.begin()->first), Place::TooOld);
}

TEST(SequenceMap, BeginsAnewWithoutWhatItKnew) {
    SequenceMap<kSequenceWindow> map;
    map.start(5, 100);
    map.send(5);
    map.release();
    EXPECT_FALSE(map.started());
    EXPECT_EQ(map.input(100), std::nullopt);
    map.start(1000, 101);
    EXPECT_EQ(map.place(5), Place::TooOld);
    EXPECT_EQ(map.send(1000), 101);
}

// A burst of losses is as long as the map at the most, whatever the map holds so far.
TEST(SequenceMap, TakesAGapOfItsWholeLength) {
    SequenceMap<kSequenceWindow> map;
    map.start(1, 1);
    map.set_now(Instant{} + 10s);
    map.send(1);
    constexpr std::int64_t kFar = 1 + static_cast<std::int64_t>(kSequenceWindow) - 1;
    ASSERT_TRUE(map.reaches(kFar));
    EXPECT_EQ(map.send(kFar), static_cast<std::uint16_t>(kFar));
    EXPECT_EQ(map.place(2), Place::Missing);
    EXPECT_EQ(map.send(700), 700);
    EXPECT_FALSE(map.reaches(kFar + static_cast<std::int64_t>(kSequenceWindow)));
}

}  // namespace
}  // namespace klassenraum::projection
