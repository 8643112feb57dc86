#include "protocol/projection/audio_projection.hpp"

#include <gtest/gtest.h>

#include <map>

#include "protocol/core/entropy.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::projection {
namespace {

using namespace std::chrono_literals;

class Audio : public ::testing::Test {
protected:
    Result<AudioOutput, DropReason> talk(bool silent = false) {
        now_ += 20ms;
        timestamp_ += 960;
        return projection_.project(
            {.sequence = ++sequence_, .timestamp = timestamp_, .marker = false, .silent = silent}, now_);
    }

    AudioProjection projection_{1000, 5000};
    Instant now_{1s};
    std::int64_t sequence_ = 70'000;
    std::uint32_t timestamp_ = 123;
};

TEST_F(Audio, BeginsWithItsFirstNumbersAndTheMarker) {
    EXPECT_EQ(*talk(), (AudioOutput{1000, 5000, true}));
    EXPECT_EQ(*talk(), (AudioOutput{1001, 5960, false}));
}

TEST_F(Audio, ContinuesWithANewTalker) {
    (void)talk();
    projection_.remap();
    sequence_ = 9;
    timestamp_ = 4'000'000'000U;
    EXPECT_EQ(*talk(), (AudioOutput{1001, 5960, true}));
    EXPECT_EQ(*talk(), (AudioOutput{1002, 6920, false}));
    // After a second of nobody the timeline has moved on by as much.
    projection_.remap();
    now_ += 980ms;
    EXPECT_EQ(*talk(), (AudioOutput{1003, 6920 + 48000, true}));
}

TEST_F(Audio, LeavesOutSilenceWithoutAGap) {
    (void)talk();
    for (unsigned i = 0; i < AudioProjection::kSilentPacketsSent; ++i) EXPECT_TRUE(talk(true));
    EXPECT_EQ(talk(true).error(), DropReason::Silence);
    ++sequence_;  // lost amid the silence
    EXPECT_EQ(talk(true).error(), DropReason::Silence);
    EXPECT_EQ(*talk(), (AudioOutput{1004, 5000 + 6 * 960, true}));
}

TEST_F(Audio, SkipsWithoutAGap) {
    (void)talk();
    for (int i = 0; i < 300; ++i)
        projection_.skip({.sequence = ++sequence_, .timestamp = timestamp_ += 960, .marker = false, .silent = false});
    now_ += 6s;
    EXPECT_EQ(*talk(), (AudioOutput{1001, 5000 + 301 * 960, true}));
}

TEST_F(Audio, KeepsPlacesForWhatIsLate) {
    (void)talk();
    sequence_ += 2;
    timestamp_ += 2 * 960;
    EXPECT_EQ(talk()->sequence, 1003);
    const AudioPacket late{.sequence = sequence_ - 1, .timestamp = timestamp_ - 960, .marker = false, .silent = false};
    EXPECT_EQ(*projection_.project(late, now_), (AudioOutput{1002, 5000 + 2 * 960, false}));
    EXPECT_EQ(projection_.project(late, now_).error(), DropReason::Duplicate);
    EXPECT_EQ(projection_.locate(1002), static_cast<std::uint16_t>(sequence_ - 1));
    EXPECT_EQ(*projection_.project_again(late), (AudioOutput{1002, 5000 + 2 * 960, false}));
    EXPECT_FALSE(
        projection_.project_again({.sequence = sequence_ - 2, .timestamp = 0, .marker = false, .silent = false}));
}

TEST_F(Audio, TakesSenderReportsAlong) {
    EXPECT_FALSE(projection_.translate_timestamp(1));
    (void)talk();
    EXPECT_EQ(projection_.translate_timestamp(timestamp_ + 48), 5048U);
}

// Loss, reorder, doubles, silence, skipping and new talkers at random: no number twice, time never backwards.
TEST(AudioProperty, KeepsTheStreamWhole) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        SeededEntropy entropy(seed);
        AudioProjection projection(static_cast<std::uint16_t>(entropy.u32()), entropy.u32());
        std::map<std::int64_t, std::uint32_t> received;
        std::optional<std::int64_t> highest;
        std::int64_t sequence = 70'000;
        std::uint32_t base = 0;
        Instant now(1s);
        for (int i = 0; i < 1000; ++i) {
            now += 20ms;
            if (entropy.below(60) == 0) {
                projection.remap();
                sequence = 100'000 + entropy.below(60'000);
                base = entropy.u32();
            }
            sequence += entropy.below(10) == 0 ? 1 + entropy.below(3) : 1;
            const std::int64_t number = sequence - (entropy.below(8) == 0 ? entropy.below(5) : 0);
            const AudioPacket packet{.sequence = number,
                                     .timestamp = base + static_cast<std::uint32_t>(number) * 960U,
                                     .marker = false,
                                     .silent = i / 20 % 3 == 0};
            if (i / 50 % 5 == 4) {
                projection.skip(packet);
                continue;
            }
            const auto out = projection.project(packet, now);
            if (!out) continue;
            const std::int64_t extended =
                highest ? *highest + rtp::distance(static_cast<std::uint16_t>(*highest), out->sequence) : out->sequence;
            EXPECT_TRUE(received.emplace(extended, out->timestamp).second);
            if (!highest || extended > *highest) highest = extended;
        }
        const std::pair<const std::int64_t, std::uint32_t>* last = nullptr;
        for (const auto& entry : received) {
            if (last != nullptr) {
                EXPECT_GT(rtp::distance(last->second, entry.second), 0);
            }
            last = &entry;
        }
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace klassenraum::projection
