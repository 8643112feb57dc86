// In what order quality comes up: better layers begin with key frames, and key frames of many sources at once are a
// burst that a narrow line takes for its own end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/bridge/allocator.hpp"
#include "protocol/bridge/budget.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kStart{std::chrono::hours(1)};
constexpr projection::Target kNothing{.encoding = 255};

// Cameras of 150, 450 and 1,500 kbit/s; everybody wants 180 lines of each, and 720 of the last, which is on stage.
class Raise : public ::testing::Test {
protected:
    Raise() {
        for (std::uint8_t i = 0; i < 3; ++i)
            ladder.push_back(
                {.target = {.encoding = i}, .height = 180 << i, .rate = std::array{150'000, 450'000, 1'500'000}[i]});
        wishes.merge({.on_stage = {{"c-v0"}}, .default_max_height = 180, .max_heights = {{{"c-v0", 720}}}});
    }
    // Encodings, -1 for none.
    std::vector<int> begin(std::vector<int> present, bwe::BitsPerSecond budget, const RaiseLimit& limit) {
        std::vector<VideoCandidate> candidates;
        for (std::size_t i = 0; i < present.size(); ++i) {
            candidates.push_back(
                {.source = kNames[i], .endpoint = kNames[i].substr(0, 1), .ladder = ladder, .current = {}});
            if (present[i] >= 0)
                candidates.back().current = projection::Target{.encoding = static_cast<std::uint8_t>(present[i])};
        }
        allocator.plan(wishes, candidates);
        std::vector<int> chosen;
        for (const Allocation& allocation : allocator.allocate(budget, limit))
            chosen.push_back(allocation.target.value_or(kNothing).encoding);
        std::replace(chosen.begin(), chosen.end(), 255, -1);
        return chosen;
    }

    static constexpr std::array<std::string_view, 3> kNames{"a-v0", "b-v0", "c-v0"};
    std::vector<VideoLayer> ladder;
    colibri::ReceiverConstraints wishes;
    Allocator allocator;
};

TEST_F(Raise, BeginsOneSourceAfterAnotherTheStageFirst) {
    EXPECT_THAT(begin({-1, -1, -1}, 3'000'000, {.rate = 0}), ElementsAre(-1, -1, 2));
    EXPECT_TRUE(allocator.held_back());
    EXPECT_FALSE(allocator.satisfied());
    EXPECT_EQ(allocator.begun(), 1'500'000);
    EXPECT_EQ(allocator.granted(), 1'500'000);
    EXPECT_THAT(begin({-1, -1, 2}, 3'000'000, {.rate = 0}), ElementsAre(0, -1, 2));
    EXPECT_THAT(begin({0, -1, 2}, 3'000'000, {.rate = 0}), ElementsAre(0, 0, 2));
    EXPECT_FALSE(allocator.held_back());
    EXPECT_TRUE(allocator.satisfied());
}

TEST_F(Raise, BeginsTogetherWhatTheLineBearsTogether) {
    EXPECT_THAT(begin({-1, -1, 2}, 3'000'000, {.rate = 300'000}), ElementsAre(0, 0, 2));
    EXPECT_FALSE(allocator.held_back());
    EXPECT_THAT(begin({-1, -1, -1}, 3'000'000, {}), ElementsAre(0, 0, 2));
}

TEST_F(Raise, WaitsWhileOthersHaveJustBegun) {
    const RaiseLimit just_begun{.rate = 0, .one_at_least = false};
    EXPECT_THAT(begin({-1, 0, 2}, 3'000'000, just_begun), ElementsAre(-1, 0, 2));
    EXPECT_TRUE(allocator.held_back());
    // Who is put on stage is not kept waiting for thumbnails.
    EXPECT_THAT(begin({-1, 0, 0}, 3'000'000, just_begun), ElementsAre(-1, 0, 2));
}

TEST_F(Raise, LowersAtOnceWhateverWaits) {
    // Nobody goes without for the sake of somebody more important who waits all the same.
    EXPECT_THAT(begin({-1, 0, 2}, 700'000, {.rate = 0, .one_at_least = false}), ElementsAre(-1, 0, 1));
    EXPECT_THAT(begin({0, 0, 2}, 200'000, {.rate = 0, .one_at_least = false}), ElementsAre(-1, -1, 0));
}

TEST_F(Raise, BeginsNothingButADarkStageWhileTheLineFalls) {
    const RaiseLimit falling{.only_from_dark = true};
    EXPECT_THAT(begin({-1, -1, 0}, 3'000'000, falling), ElementsAre(-1, -1, 0));
    EXPECT_THAT(begin({-1, -1, -1}, 3'000'000, falling), ElementsAre(-1, -1, 2));
}

TEST_F(Raise, NeedsNoKeyFrameForMoreFramesASecond) {
    ladder.clear();
    for (std::uint8_t i = 0; i < 3; ++i) {
        ladder.push_back({.target = {.encoding = 0, .temporal = i},
                          .height = 180,
                          .rate = 50'000 * (i + 1),
                          .full_frame_rate = i == 2});
    }
    wishes.merge({.on_stage = {{}}});
    const projection::Target slow{.encoding = 0, .temporal = 0};
    const VideoCandidate candidate{.source = "a-v0", .endpoint = "a", .ladder = ladder, .current = slow};
    allocator.plan(wishes, std::span(&candidate, 1));
    const auto result = allocator.allocate(500'000, {.rate = 0, .one_at_least = false, .only_from_dark = true});
    EXPECT_EQ(result[0].target, ladder.back().target);
    EXPECT_EQ(allocator.begun(), 0);
}

TEST(Budget, FallsForTwoSecondsAfterQualityWasLowered) {
    Budget budget;
    budget.update(2'000'000, 0, {}, kStart);
    EXPECT_FALSE(budget.falling(kStart));
    budget.update(500'000, 1'700'000, {}, kStart + 1s);
    EXPECT_TRUE(budget.falling(kStart + 2900ms));
    EXPECT_FALSE(budget.falling(kStart + 3s));
    // A strain that is still borne may become a fall.
    budget.update(450'000, 500'000, {}, kStart + 10s);
    EXPECT_TRUE(budget.falling(kStart + 10s));
}

std::size_t shown_to(Endpoint& receiver) {
    std::size_t count = 0;
    for (const auto& stream : receiver.video.all()) count += stream->wanted ? 1U : 0U;
    return count;
}

// A second of small pictures, 200 kbit/s each.
void film(Classroom& room, std::uint16_t& number) {
    for (int frame = 0; frame < 25; ++frame) {
        ++number;
        for (const auto& endpoint : room.conference.endpoints()) {
            std::vector<std::uint8_t> payload =
                testing::vp8_frame(number == 1, number, static_cast<std::uint8_t>(number));
            payload.resize(1000, 0x55);
            room.send_rtp(*endpoint, testing::write_rtp({.ssrc = Classroom::video_ssrc(*endpoint, 0),
                                                         .sequence = number,
                                                         .timestamp = number * 3600U,
                                                         .payload_type = 100,
                                                         .marker = true},
                                                        payload));
        }
        room.run_for(40ms);
    }
}

TEST(RaiseInARoom, ShowsThumbnailsOneByOneOnANarrowLine) {
    Classroom room;
    for (const char* name : {"anna", "ben", "cem", "dora"}) room.join(name);
    Endpoint& emil = room.join("emil", {.downlink = {.start = 1'500'000}});
    emil.video_extensions.add(rtp::kTransportCcId);
    std::uint16_t number = 0;
    for (int second = 0; second < 3; ++second) film(room, number);
    EXPECT_EQ(shown_to(emil), 0U);
    room.want(emil, 180);
    EXPECT_EQ(shown_to(emil), 1U);
    room.settle_all();
    EXPECT_EQ(shown_to(emil), 1U) << "to settle for another reason is no reason to begin";
    std::vector<std::size_t> second_by_second;
    for (int second = 0; second < 4; ++second) {
        film(room, number);
        second_by_second.push_back(shown_to(emil));
    }
    EXPECT_THAT(second_by_second, ElementsAre(2U, 3U, 4U, 4U));
}

TEST(RaiseInARoom, ShowsAllAtOnceToWhoeverTellsNothingOfItsLine) {
    Classroom room;
    for (const char* name : {"anna", "ben", "cem", "dora"}) room.send_frame(room.join(name), 0, 1, true);
    Endpoint& emil = room.join("emil");
    room.want(emil, 180);
    EXPECT_EQ(shown_to(emil), 4U);
}

// A camera that is wanted larger begins the larger encodings with key frames of their own accord.
TEST(RaiseInARoom, TakesTheKeyFrameWithWhichAnEncodingBegins) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 720);
    room.send_frame(alice, 0, 1, true);
    for (std::uint16_t number = 2; number < 30; ++number) room.send_frame(alice, 0, number);
    room.now += 1s;
    room.forget();
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 60, true);
    EXPECT_EQ(bob.video.all().front()->projection.encoding(), 2);
    room.run_for(1s);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), IsEmpty());
    EXPECT_THAT(room.sent_to(bob), SizeIs(3));
}

}  // namespace
}  // namespace klassenraum::bridge
