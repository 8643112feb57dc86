// Who gets what when something gives out: a receiver's line that its voices fill, a sender's encoding that is sent by
// name only, and the SSRCs that one learner may take of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::SizeIs;

constexpr Instant kStart{std::chrono::hours(1)};

TEST(VoiceFit, GivesUpRedundancyThenQuietVoicesAndTakesThemBackOneByOne) {
    VoiceFit fit;
    const VoiceAdmission quiet{.everyone = true, .few = false, .loudest = false};
    const VoiceAdmission one_of_few{.everyone = true, .few = true, .loudest = false};
    Instant now = kStart;
    const auto half_a_second_of = [&](std::int64_t sent_bps, std::int64_t offered_bps, bwe::BitsPerSecond estimate) {
        fit.sent(static_cast<std::size_t>(sent_bps / 16));
        fit.offered(static_cast<std::size_t>(offered_bps / 16));
        now += 500ms;
        fit.update(estimate, now);
    };
    fit.update(1'000'000, now);
    half_a_second_of(300'000, 300'000, 1'000'000);
    EXPECT_FALSE(fit.plain());
    half_a_second_of(300'000, 300'000, 200'000);
    EXPECT_TRUE(fit.plain());
    EXPECT_TRUE(fit.admits(quiet));
    half_a_second_of(160'000, 300'000, 200'000);
    EXPECT_FALSE(fit.admits(quiet));
    EXPECT_TRUE(fit.admits(one_of_few));
    half_a_second_of(150'000, 300'000, 200'000);
    EXPECT_TRUE(fit.admits(one_of_few)) << "tight, but it fits";
    half_a_second_of(150'000, 300'000, 120'000);
    EXPECT_FALSE(fit.admits(one_of_few));
    EXPECT_TRUE(fit.admits({}));
    // The line is good again: a step each five seconds.
    int steps = 0;
    for (int i = 0; i < 60; ++i) {
        const VoiceFit::Level before = fit.level();
        half_a_second_of(300'000, 300'000, 1'000'000);
        steps += before != fit.level() ? 1 : 0;
        EXPECT_TRUE(i > 8 || steps == 0);
    }
    EXPECT_EQ(steps, 3);
    EXPECT_EQ(fit.level(), VoiceFit::Level::All);
}

// Six people with RED; the first is the loudest, and the last has the floor.
class NarrowLine : public ::testing::Test {
protected:
    NarrowLine() {
        const JoinOptions with_red{.codecs = {rtp::Codec::Opus, rtp::Codec::Red}};
        for (const char* name : {"anna", "ben", "cem", "dora", "emil", "fritz"})
            speakers.push_back(&room.join(name, with_red));
        listener = &room.join("listener", with_red);
        // Two earlier pieces of 80 octets, and this one.
        red = {0x80 | 111, 0x0f, 0x00, 80, 0x80 | 111, 0x07, 0x80, 80, 111};
        red.resize(9 + 3 * 80, 0x55);
    }
    void speak(Duration duration) {
        room.forget();
        for (const Instant end = room.now + duration; room.now < end; room.now += 20ms) {
            ++number;
            for (std::size_t i = 0; i < speakers.size(); ++i) {
                // Words have pauses.
                const bool word = number % 25 != 24;
                room.send_rtp(*speakers[i],
                              testing::write_rtp({.ssrc = Classroom::audio_ssrc(*speakers[i]),
                                                  .sequence = number,
                                                  .timestamp = number * 960U,
                                                  .payload_type = 112,
                                                  .level = static_cast<std::uint8_t>(word ? 20 + 8 * i : 120)},
                                                 red));
            }
            room.expire();
        }
    }
    std::size_t heard(std::size_t speaker, std::uint8_t payload_type) const {
        std::size_t count = 0;
        for (const auto& sent : room.sent_to(*listener)) {
            count += sent.rtp().ssrc() == Classroom::audio_ssrc(*speakers[speaker]) &&
                             sent.rtp().payload_type() == payload_type
                         ? 1U
                         : 0U;
        }
        return count;
    }
    using JoinOptions = testing::JoinOptions;
    Classroom room;
    std::vector<Endpoint*> speakers;
    Endpoint* listener = nullptr;
    std::vector<std::uint8_t> red;
    std::uint16_t number = 0;
};

TEST_F(NarrowLine, HearsEverybodyWholeWhileItBearsThat) {
    listener->downlink.estimator.remb(2'000'000, room.now);
    speak(3s);
    for (std::size_t i = 0; i < speakers.size(); ++i) EXPECT_EQ(heard(i, 112), 150U);
}

TEST_F(NarrowLine, HearsEverybodyWithoutRedundancyWhereThatFits) {
    listener->downlink.estimator.remb(600'000, room.now);
    speak(2s);
    speak(2s);
    for (std::size_t i = 0; i < speakers.size(); ++i) {
        EXPECT_EQ(heard(i, 111), 100U);
        EXPECT_EQ(heard(i, 112), 0U);
    }
    EXPECT_GE(room.counters.redundancy_stripped, 600U);
}

TEST_F(NarrowLine, HearsTheLoudestWhereNoMoreFits) {
    listener->downlink.estimator.remb(200'000, room.now);
    speak(3s);
    speak(2s);
    EXPECT_GE(heard(0, 111), 95U);
    EXPECT_LE(heard(4, 111), 5U);
    EXPECT_LE(heard(5, 111), 5U);
    std::size_t all = 0;
    for (std::size_t i = 0; i < speakers.size(); ++i) all += heard(i, 111);
    EXPECT_LE(all, 3U * 110U);
    EXPECT_GE(room.counters.voices_held_back, 3U * 90U);
    // The others hear everybody.
    EXPECT_GE(room.sent_to(*speakers[1]).size(), 5U * 100U);
}

TEST_F(NarrowLine, HearsWhoeverHasTheFloorHoweverLoudTheOthersAre) {
    listener->downlink.estimator.remb(60'000, room.now);
    speak(5s);
    const EndpointId floor = room.conference.speakers().current();
    for (std::size_t i = 0; i < speakers.size(); ++i) {
        if (speakers[i]->id != floor) continue;
        speak(2s);
        EXPECT_EQ(heard(i, 111), 100U);
        std::size_t all = 0;
        for (std::size_t j = 0; j < speakers.size(); ++j) all += heard(j, 111);
        EXPECT_LE(all, 2U * 105U);
        return;
    }
    FAIL() << "nobody has the floor";
}

// A camera whose three encodings are sent; the third as long and as much as a test says.
class StarvingLayer : public ::testing::Test {
protected:
    StarvingLayer() : alice(room.join("alice")), bob(room.join("bob")) {
        room.want(bob, 720);
        film(2s, 1000);
    }
    void film(Duration duration, std::size_t top_octets) {
        for (const Instant end = room.now + duration; room.now < end; room.now += 40ms) {
            ++number;
            const bool key = number == 1 || !room.rtcp_to(alice, rtcp::PayloadFormat::Pli).empty();
            room.forget();
            for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
                const std::size_t octets = encoding == 2 ? top_octets : 250 * (encoding + 1);
                if (octets == 0) continue;
                std::vector<std::uint8_t> payload = testing::vp8_frame(key, number, static_cast<std::uint8_t>(number));
                payload.resize(std::max(octets, payload.size()), 0x55);
                room.send_rtp(alice, testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, encoding),
                                                         .sequence = ++sequences[encoding],
                                                         .timestamp = number * 3600U,
                                                         .payload_type = 100,
                                                         .marker = true},
                                                        payload));
            }
            room.expire();
        }
    }
    int shown() const { return bob.video.all().front()->projection.encoding().value_or(99); }

    Classroom room;
    Endpoint& alice;
    Endpoint& bob;
    std::uint16_t number = 0;
    std::array<std::uint16_t, 3> sequences{};
};

TEST_F(StarvingLayer, IsLeftWithinASecondWhenNothingMoreComesOfIt) {
    EXPECT_EQ(shown(), 2);
    film(1200ms, 0);
    EXPECT_EQ(shown(), 1);
}

TEST_F(StarvingLayer, IsLeftWhenHardlyAnythingComesOfIt) {
    film(2s, 40);
    EXPECT_EQ(shown(), 1);
    film(1s, 40);
    EXPECT_EQ(shown(), 1);
}

TEST_F(StarvingLayer, IsShownAgainWhenItLives) {
    film(2s, 40);
    film(3s, 1000);
    EXPECT_EQ(shown(), 2);
}

TEST_F(StarvingLayer, IsNotWhatIsMerelySmall) {
    film(4s, 400);
    EXPECT_EQ(shown(), 2);
}

TEST(SsrcShare, LetsNobodyFillTheTablesOfOthersByTurningACameraOnAndOff) {
    Classroom room;
    Endpoint& mallory = room.join("mallory");
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    Endpoint& carol = room.join("carol", {.ssrc_rewriting = true});
    room.want(bob, 180);
    room.want(carol, 180);
    const auto replace = [&](std::uint32_t i) {
        colibri::SourceDescription camera = Classroom::camera(mallory);
        camera.ssrcs = {100'000 + 2 * i};
        camera.rtx = {100'001 + 2 * i};
        room.signal(mallory, {camera});
    };
    for (std::uint32_t i = 0; i < 200; ++i) {
        replace(i);
        room.now += 100ms;
    }
    EXPECT_LE(bob.video.all().size(), kSourcesToBeginWith + 1);
    // Slots of a client with rewriting are not used up, and neither is anybody else's share.
    EXPECT_TRUE(std::any_of(carol.video.all().begin(), carol.video.all().end(), [&](const auto& stream) {
        return stream->source != nullptr && &stream->source->owner == &mallory;
    }));
    colibri::SourceDescription camera = Classroom::camera(alice);
    camera.ssrcs = {900'000};
    camera.rtx = {900'001};
    room.signal(alice, {camera});
    EXPECT_NE(bob.video.find(std::uint32_t{900'000}), nullptr);
    // A minute later one more is served.
    room.now += 1min;
    replace(3000);
    EXPECT_NE(bob.video.find(std::uint32_t{100'000 + 2 * 3000}), nullptr);
    replace(3001);
    EXPECT_EQ(bob.video.find(std::uint32_t{100'000 + 2 * 3001}), nullptr);
}

}  // namespace
}  // namespace klassenraum::bridge
