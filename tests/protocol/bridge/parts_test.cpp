#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/bridge/allocator.hpp"
#include "protocol/bridge/dominant_speaker.hpp"
#include "protocol/bridge/keyframe_requester.hpp"
#include "protocol/bridge/loss_list.hpp"
#include "protocol/bridge/packet_cache.hpp"
#include "protocol/bridge/repeat_guard.hpp"
#include "protocol/bridge/token_bucket.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bridge {
namespace {

using ::testing::ElementsAre;

constexpr Instant kStart{std::chrono::hours(1)};

colibri::ReceiverConstraints wanting(std::int32_t height, std::int32_t last_n = -1) {
    colibri::ReceiverConstraints constraints;
    constraints.merge({.last_n = last_n, .default_max_height = height});
    return constraints;
}
VideoCandidate camera(std::string_view name, std::uint8_t active = 7) {
    return {.source = name, .endpoint = name.substr(0, 1), .encodings = 3, .active = active};
}
int encoding_for(std::int32_t height, const VideoCandidate& candidate) {
    Allocator allocator;
    const auto result = allocator.allocate(wanting(height), std::span(&candidate, 1));
    return result[0].target ? result[0].target->encoding : -1;
}

TEST(Allocator, TakesTheLargestEncodingWithinTheLimit) {
    EXPECT_EQ(encoding_for(0, camera("a-v0")), -1);
    EXPECT_EQ(encoding_for(90, camera("a-v0")), 0);
    EXPECT_EQ(encoding_for(180, camera("a-v0")), 0);
    EXPECT_EQ(encoding_for(359, camera("a-v0")), 0);
    EXPECT_EQ(encoding_for(360, camera("a-v0")), 1);
    EXPECT_EQ(encoding_for(1080, camera("a-v0")), 2);
    EXPECT_EQ(encoding_for(-1, camera("a-v0")), 2);
}

TEST(Allocator, ChoosesAmongWhatIsSent) {
    EXPECT_EQ(encoding_for(720, camera("a-v0", 0b011)), 1);
    EXPECT_EQ(encoding_for(180, camera("a-v1", 0b100)), 2);  // a screen share sends its top encoding only
    EXPECT_EQ(encoding_for(720, camera("a-v0", 0)), 2);      // nothing yet: hope for the best
}

TEST(Allocator, ChoosesTheSpatialLayerOfAnSvcSender) {
    VideoCandidate svc{
        .source = "a-v0", .endpoint = "a", .encodings = 1, .layer_heights = {180, 360, 720}, .layers = 3};
    Allocator allocator;
    EXPECT_EQ(allocator.allocate(wanting(360), std::span(&svc, 1))[0].target->spatial, 1);
    EXPECT_EQ(allocator.allocate(wanting(90), std::span(&svc, 1))[0].target->spatial, 0);
    EXPECT_EQ(allocator.allocate(wanting(-1), std::span(&svc, 1))[0].target->spatial, 7);
}

TEST(Allocator, CountsOnlyWhatIsWantedAgainstLastN) {
    std::array candidates{camera("a-v0"), camera("b-v0"), camera("c-v0"), camera("d-v0")};
    candidates[0].enabled = false;
    colibri::ReceiverConstraints constraints = wanting(180, 2);
    constraints.merge({.selected = {{"d-v0"}}, .max_heights = {{{"b-v0", 0}}}});
    Allocator allocator;
    const auto result = allocator.allocate(constraints, candidates);
    EXPECT_FALSE(result[0].target);
    EXPECT_FALSE(result[1].target);
    EXPECT_TRUE(result[2].target);
    EXPECT_TRUE(result[3].target);
    constraints.set_last_n(1);
    EXPECT_FALSE(allocator.allocate(constraints, candidates)[2].target);  // the selected one comes first
    constraints.set_last_n(0);
    EXPECT_FALSE(allocator.allocate(constraints, candidates)[3].target);
}

TEST(PacketCache, FindsWhatItHoldsAndForgetsTheOldest) {
    PacketCache cache(2, 64, 1000);
    const std::vector<std::uint8_t> packet(90, 7);
    for (std::uint16_t sequence = 65530; sequence != 14; ++sequence) cache.insert(0, sequence, packet, kStart);
    EXPECT_TRUE(cache.find(0, 65530, kStart).empty());
    EXPECT_EQ(cache.find(0, 13, kStart).size(), 90U);
    EXPECT_EQ(cache.find(0, 5, kStart).size(), 90U);
    EXPECT_TRUE(cache.find(1, 13, kStart).empty());
    EXPECT_TRUE(cache.find(0, 13 + 64, kStart).empty());
    EXPECT_TRUE(cache.find(0, 13, kStart + kMaxCacheAge + 1ms).empty());
}

TEST(PacketCache, NeverGivesOutOverwrittenOctets) {
    PacketCache cache(1, 256, 4096);
    SeededEntropy entropy(3);
    for (std::uint16_t sequence = 0; sequence < 5000; ++sequence) {
        const std::vector<std::uint8_t> packet(1 + entropy.below(700), static_cast<std::uint8_t>(sequence));
        cache.insert(0, sequence, packet, kStart);
        for (std::uint16_t back = 0; back < 20 && back <= sequence; ++back) {
            const auto wanted = static_cast<std::uint16_t>(sequence - back);
            for (const std::uint8_t octet : cache.find(0, wanted, kStart)) {
                ASSERT_EQ(octet, static_cast<std::uint8_t>(wanted));
            }
        }
    }
}

TEST(LossList, AsksAtOnceThenOncePerRoundTripAndGivesUp) {
    LossList losses;
    std::array<std::uint16_t, LossList::kMaxMissing> out;
    losses.received(65534, kStart);
    losses.received(65537, kStart);
    ASSERT_EQ(losses.due(kStart, 50ms, out), 2U);
    EXPECT_EQ(out[0], 65535);
    EXPECT_EQ(out[1], 0);
    EXPECT_EQ(losses.due(kStart + 40ms, 50ms, out), 0U);
    losses.received(65535, kStart + 45ms);
    EXPECT_EQ(losses.due(kStart + 50ms, 50ms, out), 1U);
    int asked = 2;
    for (Instant now = kStart + 100ms; now < kStart + 5s; now += 50ms)
        asked += static_cast<int>(losses.due(now, 50ms, out));
    EXPECT_EQ(asked, LossList::kMaxRequests);
    EXPECT_TRUE(losses.empty());
}

TEST(LossList, DoesNotRepairAnInterruption) {
    LossList losses;
    losses.received(1, kStart);
    losses.received(5, kStart);
    EXPECT_TRUE(losses.received(5 + LossList::kMaxGap + 2, kStart));
    EXPECT_TRUE(losses.empty());
}

TEST(LossList, StaysWithinItsBound) {
    LossList losses;
    std::array<std::uint16_t, LossList::kMaxMissing> out;
    for (std::int64_t sequence = 0; sequence < 5000; sequence += 90) losses.received(sequence, kStart);
    EXPECT_LE(losses.due(kStart, 50ms, out), LossList::kMaxMissing);
    EXPECT_EQ(out[0] < out[1], true);
}

TEST(KeyframeRequester, KeepsItsIntervalHoweverOftenItIsAsked) {
    KeyframeRequester requester(200ms);
    int sent = 0;
    for (Instant now = kStart; now < kStart + 1s; now += 1ms) {
        requester.request(0, now);
        if (requester.expire(now)) ++sent;
    }
    EXPECT_EQ(sent, 5);
}

TEST(KeyframeRequester, NamesEachWantedEncodingInTurn) {
    KeyframeRequester requester(200ms);
    requester.request(0, kStart);
    requester.request(2, kStart);
    const auto first = requester.expire(kStart);
    const auto second = requester.expire(kStart + 1s);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first + *second, 2U);
    requester.keyframe_seen(0);
    requester.keyframe_seen(2);
    EXPECT_FALSE(requester.deadline());
}

TEST(KeyframeAllowance, IsThreeInTenSeconds) {
    KeyframeAllowance allowance;
    int allowed = 0;
    for (Instant now = kStart; now < kStart + 9s; now += 40ms) allowed += allowance.take(now) ? 1 : 0;
    EXPECT_EQ(allowed, 3);
    EXPECT_TRUE(allowance.take(kStart + 10s));
}

TEST(RepeatGuard, AllowsOneRepetitionPerRoundTrip) {
    RepeatGuard guard(16);
    EXPECT_TRUE(guard.allow(5, 100ms, kStart));
    EXPECT_FALSE(guard.allow(5, 100ms, kStart + 80ms));
    EXPECT_TRUE(guard.allow(6, 100ms, kStart + 80ms));
    EXPECT_TRUE(guard.allow(5, 100ms, kStart + 90ms));
}

TEST(TokenBucket, RefillsAtItsRateUpToTheBurst) {
    TokenBucket bucket(10, 20);
    EXPECT_TRUE(bucket.take(20, kStart));
    EXPECT_FALSE(bucket.take(1, kStart));
    EXPECT_TRUE(bucket.take(1, kStart + 100ms));
    EXPECT_FALSE(bucket.take(1, kStart + 100ms));
    EXPECT_FALSE(bucket.take(21, kStart + std::chrono::hours(1)));
    EXPECT_TRUE(bucket.take(20, kStart + std::chrono::hours(1)));
}

TEST(DominantSpeaker, IsNotChangedByACough) {
    SpeechActivity teacher;
    SpeechActivity learner;
    DominantSpeaker speakers;
    const std::array candidates{DominantSpeaker::Candidate{EndpointId{1}, &teacher},
                                DominantSpeaker::Candidate{EndpointId{2}, &learner}};
    int changes = 0;
    Instant now = kStart;
    const auto talk = [&](int packets, std::uint8_t teacher_level, std::uint8_t learner_level) {
        for (int i = 0; i < packets; ++i, now += 20ms) {
            teacher.push(static_cast<std::uint8_t>(teacher_level + i % 5), now);
            learner.push(static_cast<std::uint8_t>(learner_level + i % 5), now);
            speakers.heard(now);
            if (speakers.expire(candidates, now)) ++changes;
        }
    };
    talk(50, 20, 20);
    talk(150, 110, 20);
    EXPECT_EQ(speakers.current(), EndpointId{1});
    const int before = changes;
    talk(3, 105, 115);  // a cough
    talk(100, 110, 20);
    EXPECT_EQ(changes, before);
    talk(200, 20, 110);
    EXPECT_EQ(speakers.current(), EndpointId{2});
    EXPECT_THAT(speakers.order(), ElementsAre(EndpointId{2}, EndpointId{1}));
    EXPECT_TRUE(speakers.remove(EndpointId{2}));
    EXPECT_EQ(speakers.current(), EndpointId{1});
}

}  // namespace
}  // namespace klassenraum::bridge
