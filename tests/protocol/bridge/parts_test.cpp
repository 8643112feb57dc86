#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "protocol/bridge/allocator.hpp"
#include "protocol/bridge/budget.hpp"
#include "protocol/bridge/dominant_speaker.hpp"
#include "protocol/bridge/keyframe_requester.hpp"
#include "protocol/bridge/loss_list.hpp"
#include "protocol/bridge/packet_cache.hpp"
#include "protocol/bridge/repeat_guard.hpp"
#include "protocol/bridge/stream.hpp"
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
// Three encodings in one frame rate, of which some are sent.
struct Ladder {
    explicit Ladder(std::uint8_t active = 7, bwe::BitsPerSecond top = 1'500'000) {
        constexpr std::array<bwe::BitsPerSecond, 3> kTenths{1, 3, 10};
        for (std::uint8_t i = 0; i < 3; ++i) {
            if ((unsigned{active} >> i & 1U) == 0) continue;
            steps.push_back({.target = {.encoding = i}, .height = 180 << i, .rate = top * kTenths[i] / 10});
        }
    }
    std::vector<VideoLayer> steps;
};
const Ladder kAllSent;

VideoCandidate camera(std::string_view name, const Ladder& ladder = kAllSent) {
    return {.source = name, .endpoint = name.substr(0, 1), .ladder = ladder.steps, .current = std::nullopt};
}
std::span<const Allocation> allocate(Allocator& allocator,
                                     const colibri::ReceiverConstraints& constraints,
                                     std::span<const VideoCandidate> candidates,
                                     bwe::BitsPerSecond budget = kUnlimitedRate) {
    allocator.plan(constraints, candidates);
    return allocator.allocate(budget);
}
int encoding_for(std::int32_t height, const VideoCandidate& candidate) {
    Allocator allocator;
    const auto result = allocate(allocator, wanting(height), std::span(&candidate, 1));
    return result[0].target ? result[0].target->encoding : -1;
}
// The encoding of each source, -1 for none.
std::vector<int> encodings(std::span<const Allocation> allocations) {
    std::vector<int> chosen;
    for (const Allocation& allocation : allocations)
        chosen.push_back(allocation.target ? allocation.target->encoding : -1);
    return chosen;
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
    EXPECT_EQ(encoding_for(720, camera("a-v0", Ladder(0b011))), 1);
    EXPECT_EQ(encoding_for(180, camera("a-v1", Ladder(0b100))), 2);  // a screen share sends its top encoding only
}

TEST(Allocator, CountsOnlyWhatIsWantedAgainstLastN) {
    std::array candidates{camera("a-v0"), camera("b-v0"), camera("c-v0"), camera("d-v0")};
    candidates[0].enabled = false;
    colibri::ReceiverConstraints constraints = wanting(180, 2);
    constraints.merge({.selected = {{"d-v0"}}, .max_heights = {{{"b-v0", 0}}}});
    Allocator allocator;
    const auto result = allocate(allocator, constraints, candidates);
    EXPECT_FALSE(result[0].target);
    EXPECT_FALSE(result[1].target);
    EXPECT_TRUE(result[2].target);
    EXPECT_TRUE(result[3].target);
    constraints.set_last_n(1);
    EXPECT_FALSE(allocate(allocator, constraints, candidates)[2].target);  // the selected one comes first
    constraints.set_last_n(0);
    EXPECT_FALSE(allocate(allocator, constraints, candidates)[3].target);
}

TEST(Allocator, GivesTheStageItsPreferredPictureBeforeAnybodyElse) {
    std::array candidates{camera("a-v0"), camera("b-v0"), camera("c-v0")};
    colibri::ReceiverConstraints constraints = wanting(180);
    constraints.merge({.on_stage = {{"c-v0"}}, .max_heights = {{{"c-v0", 720}}}});
    Allocator allocator;
    // 150, 450 and 1500 kbit/s, and a margin of 15 % for going up.
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 100'000)), ElementsAre(-1, -1, -1));
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 300'000)), ElementsAre(-1, -1, 0));
    EXPECT_EQ(allocator.next_step(), 345'000);
    // It cannot become better: what is left serves the others.
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 400'000)), ElementsAre(0, -1, 0));
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 600'000)), ElementsAre(-1, -1, 1));
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 700'000)), ElementsAre(0, -1, 1));
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 1'000'000)), ElementsAre(0, 0, 1));
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 2'100'000)), ElementsAre(0, 0, 2));
}

TEST(Allocator, RaisesPicturesWithoutAStageStepByStep) {
    std::array candidates{camera("a-v0"), camera("b-v0")};
    Allocator allocator;
    EXPECT_THAT(encodings(allocate(allocator, wanting(720), candidates, 400'000)), ElementsAre(0, 0));
    EXPECT_THAT(encodings(allocate(allocator, wanting(720), candidates, 700'000)), ElementsAre(1, 0));
    EXPECT_THAT(encodings(allocate(allocator, wanting(720), candidates, 1'100'000)), ElementsAre(1, 1));
}

TEST(Allocator, StaysWhereItIsWhenTheNextStepOnlyJustFits) {
    std::array candidates{camera("a-v0")};
    Allocator allocator;
    EXPECT_THAT(encodings(allocate(allocator, wanting(720), candidates, 1'600'000)), ElementsAre(1));
    EXPECT_TRUE(allocator.raised());
    candidates[0].current = projection::Target{.encoding = 2};
    EXPECT_THAT(encodings(allocate(allocator, wanting(720), candidates, 1'600'000)), ElementsAre(2));
    EXPECT_FALSE(allocator.raised());
    EXPECT_EQ(allocator.used(), 1'500'000);
}

TEST(Allocator, LetsAScreenOnStageExceedTheRateALittle) {
    const Ladder screen(0b100, 900'000);
    std::array candidates{camera("a-v1", screen), camera("b-v0")};
    candidates[0].screen = true;
    colibri::ReceiverConstraints constraints = wanting(180);
    Allocator allocator;
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 600'000)), ElementsAre(-1, 0));
    constraints.merge({.on_stage = {{"a-v1"}}, .max_heights = {{{"a-v1", 720}}}});
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 600'000)), ElementsAre(2, -1));
    // More than 500 kbit/s too much is too much: what there is serves the others.
    EXPECT_THAT(encodings(allocate(allocator, constraints, candidates, 300'000)), ElementsAre(-1, 0));
}

TEST(Allocator, PrefersSmallPicturesInAllFrameRatesAndLargeOnesInFullRateOnly) {
    std::vector<VideoLayer> steps;
    for (std::uint8_t encoding = 0; encoding < 2; ++encoding) {
        for (std::uint8_t temporal = 0; temporal < 3; ++temporal) {
            steps.push_back({.target = {.encoding = encoding, .temporal = temporal == 2 ? std::uint8_t{7} : temporal},
                             .height = 180 << encoding,
                             .rate = (encoding == 0 ? 50'000 : 150'000) * (1 + temporal),
                             .full_frame_rate = temporal == 2});
        }
    }
    const VideoCandidate candidate{.source = "a-v0", .endpoint = "a", .ladder = steps, .current = std::nullopt};
    Allocator allocator;
    const auto target = [&](bwe::BitsPerSecond budget) {
        return *allocate(allocator, wanting(720), std::span(&candidate, 1), budget)[0].target;
    };
    EXPECT_EQ(target(80'000), (projection::Target{.encoding = 0, .temporal = 0}));
    EXPECT_EQ(target(130'000), (projection::Target{.encoding = 0, .temporal = 1}));
    EXPECT_EQ(target(400'000), (projection::Target{.encoding = 0}));
    EXPECT_EQ(target(600'000), (projection::Target{.encoding = 1}));
}

TEST(Budget, LowersAtOnceAndTriesWhatFailedOnlyAfterAPause) {
    Budget budget;
    EXPECT_EQ(budget.update(2'000'000, 0, {}, kStart), 2'000'000);
    EXPECT_EQ(budget.update(500'000, 1'700'000, {}, kStart + 1s), 500'000);
    EXPECT_EQ(budget.update(1'000'000, 450'000, {}, kStart + 5s), 1'000'000) << "what never failed is free";
    EXPECT_EQ(budget.update(2'000'000, 450'000, {}, kStart + 5s), 1'615'000);
    EXPECT_EQ(budget.update(2'000'000, 450'000, {}, kStart + 10s), 2'000'000);
}

TEST(Budget, TakesAProbeForProof) {
    Budget budget;
    budget.update(2'000'000, 0, {}, kStart);
    budget.update(500'000, 1'700'000, {}, kStart + 1s);
    const auto after = [&](bwe::BitsPerSecond rate, Instant at) {
        const Budget::Line line{.proven = Budget::Proof{.rate = rate, .at = at}, .lowered_at = std::nullopt};
        return budget.update(2'000'000, 450'000, line, kStart + 4s);
    };
    EXPECT_EQ(after(2'000'000, kStart), 1'615'000) << "before the fall";
    EXPECT_EQ(after(1'800'000, kStart + 3s), 1'615'000) << "hardly more than what failed";
    EXPECT_EQ(after(2'000'000, kStart + 3s), 2'000'000);
}

TEST(Budget, BearsASmallStrainWhileTheEstimateFallsNoFurther) {
    Budget budget;
    budget.update(2'000'000, 0, {}, kStart);
    const Budget::Line once{.proven = std::nullopt, .lowered_at = kStart + 1s};
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, once, kStart + 1s), 1'700'000);
    EXPECT_TRUE(budget.strained());
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, once, kStart + 5s), 1'700'000);
    const Budget::Line again{.proven = std::nullopt, .lowered_at = kStart + 5s};
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, again, kStart + 6s), 1'600'000);
    EXPECT_FALSE(budget.strained());
}

TEST(Budget, BearsNoSmallStrainForEver) {
    Budget budget;
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, {}, kStart), 1'700'000);
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, {}, kStart + 9s), 1'700'000);
    EXPECT_EQ(budget.update(1'600'000, 1'700'000, {}, kStart + 11s), 1'600'000);
}

TEST(Budget, WaitsLongerAfterEachRiseThatFailed) {
    Budget budget;
    Instant now = kStart;
    budget.update(2'000'000, 0, {}, now);
    int rises = 0;
    // A line that always breaks down ten seconds after quality was raised.
    std::optional<Instant> raised;
    bwe::BitsPerSecond used = 1'900'000;
    for (int i = 0; i < 600; ++i, now += 1s) {
        const bool breaks = used == 1'900'000 && (!raised || now - *raised >= 10s);
        const bwe::BitsPerSecond given = budget.update(breaks ? 1'000'000 : 2'000'000, used, {}, now);
        if (given < used) used = 500'000;
        if (given == 2'000'000 && used == 500'000) {
            used = 1'900'000;
            raised = now;
            budget.raised(now);
            ++rises;
        }
    }
    EXPECT_LE(rises, 10);
    EXPECT_GE(rises, 3);
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

TEST(PacketCache, FindsAllThatIsYoungEnoughWhateverItGaveBack) {
    PacketCache cache(2, 1024, kVideoCacheBytes);
    SeededEntropy entropy(4);
    struct Inserted {
        Instant at;
        std::size_t length;
    };
    std::array<std::vector<Inserted>, 2> inserted;
    Instant now = kStart;
    for (int round = 0; round < 6000; ++round) {
        // A rise and a fall, and a pause longer than anything is kept.
        const bool fast = round > 2000 && round < 4000;
        now += round == 5000 ? Duration(3s) : fast ? Duration(4ms) : Duration(15ms);
        const std::size_t encoding = entropy.below(2);
        const std::vector<std::uint8_t> packet(1 + entropy.below(1200),
                                               static_cast<std::uint8_t>(inserted[encoding].size()));
        cache.insert(encoding, static_cast<std::uint16_t>(inserted[encoding].size()), packet, now);
        inserted[encoding].push_back({now, packet.size()});
        if (round % 97 == 0) cache.give_back(now);
        if (round % 13 != 0) continue;
        for (std::size_t of = 0; of < 2; ++of) {
            for (std::size_t i = inserted[of].size(); i-- > 0 && now - inserted[of][i].at <= kMaxCacheAge;) {
                const ByteView found = cache.find(of, static_cast<std::uint16_t>(i), now);
                ASSERT_EQ(found.size(), inserted[of][i].length) << round;
                ASSERT_EQ(found.back(), static_cast<std::uint8_t>(i));
            }
        }
    }
    now += kMaxCacheAge + 1ms;
    cache.give_back(now);
    EXPECT_TRUE(cache.find(0, static_cast<std::uint16_t>(inserted[0].size() - 1), now).empty());
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

// Its times are kept in 32 bits of microseconds.
TEST(LossList, KeepsItsPausesWhenTheMicrosecondsWrap) {
    const Instant edge = Instant(Duration((std::int64_t{3} << 32) - 20'000));
    LossList losses;
    std::array<std::uint16_t, LossList::kMaxMissing> out;
    losses.received(1, edge);
    losses.received(3, edge);
    EXPECT_EQ(losses.due(edge, 50ms, out), 1U);
    EXPECT_EQ(losses.due(edge + 40ms, 50ms, out), 0U);
    EXPECT_EQ(losses.due(edge + 50ms, 50ms, out), 1U);
    EXPECT_EQ(losses.due(edge + 1100ms, 50ms, out), 0U);
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

TEST(KeyframeAllowance, LeavesTimeBetweenThemThatGrows) {
    KeyframeAllowance allowance;
    std::vector<Duration> granted;
    for (Duration at{}; at < 15s; at += 20ms) {
        if (allowance.take(kStart + at)) granted.push_back(at);
    }
    // The fourth when the first is out of the window.
    EXPECT_THAT(granted, ::testing::ElementsAre(0s, 1s, 4s, 10s, 13s));
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

TEST(VoiceHistory, KnowsNothingBeforeTheFirstVoiceAndNothingOverwritten) {
    VoiceHistory history;
    EXPECT_FALSE(history.find(0, 7));
    const auto voice = [](std::uint16_t sequence) {
        SentVoice sent;
        sent.header.sequence = sequence;
        return sent;
    };
    history.note(voice(3));
    EXPECT_FALSE(history.find(0, 7));
    EXPECT_TRUE(history.find(3, 7));
    history.note(voice(3 + kAudioHistory));
    EXPECT_FALSE(history.find(3, 7));
    history.give_back();
    EXPECT_FALSE(history.find(3 + kAudioHistory, 7));
}

TEST(VoiceHistory, TellsHowAVoiceWentOut) {
    VoiceHistory history;
    const SentVoice sent{.at = kStart,
                         .header = {.ssrc = 0xcafe,
                                    .timestamp = 0xfedcba98,
                                    .sequence = 65535,
                                    .payload_type = 111,
                                    .marker = true},
                         .transport_sequence = 0,
                         .abs_send_time = 0xfffffe};
    const SentVoice bare{.at = kStart + 20ms, .header = {.ssrc = 0xcafe, .sequence = 0, .payload_type = 63}};
    history.note(sent);
    history.note(bare);
    const auto told = history.find(65535, 0xcafe);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->at, sent.at);
    EXPECT_EQ(told->header.ssrc, sent.header.ssrc);
    EXPECT_EQ(told->header.timestamp, sent.header.timestamp);
    EXPECT_EQ(told->header.sequence, sent.header.sequence);
    EXPECT_EQ(told->header.payload_type, sent.header.payload_type);
    EXPECT_TRUE(told->header.marker);
    EXPECT_EQ(told->transport_sequence, sent.transport_sequence);
    EXPECT_EQ(told->abs_send_time, sent.abs_send_time);
    const auto other = history.find(0, 0xcafe);
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->header.marker);
    EXPECT_FALSE(other->transport_sequence);
    EXPECT_FALSE(other->abs_send_time);
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
