#include "protocol/bridge/loudest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kStart{std::chrono::hours(1)};

TEST(LoudestVoices, AdmitTheLoudestAndForgetWhoFellSilent) {
    LoudestVoices voices;
    EXPECT_TRUE(voices.admit(EndpointId{1}, 60, 2, kStart));
    EXPECT_TRUE(voices.admit(EndpointId{2}, 90, 2, kStart));
    EXPECT_FALSE(voices.admit(EndpointId{3}, 50, 2, kStart));
    EXPECT_TRUE(voices.admit(EndpointId{4}, 100, 2, kStart));
    EXPECT_FALSE(voices.admit(EndpointId{1}, 20, 2, kStart));
    EXPECT_TRUE(voices.admit(EndpointId{3}, 10, 2, kStart + 200ms));
}

// Twenty milliseconds of four loud learners and a quiet one.
void speak(Classroom& room, std::vector<Endpoint*>& learners, std::uint16_t number) {
    for (std::size_t i = 0; i < learners.size(); ++i) {
        room.send_audio(*learners[i], number, i + 1 == learners.size() ? 90 : 20);
    }
    room.now += 20ms;
}
std::size_t heard(const Classroom& room, const Endpoint& receiver, const Endpoint& speaker) {
    std::size_t count = 0;
    for (const auto& sent : room.sent_to(receiver))
        count += sent.rtp().ssrc() == Classroom::audio_ssrc(speaker) ? 1U : 0U;
    return count;
}

struct LoudestAudio : ::testing::Test {
    LoudestAudio() {
        room.config.loudest_above = 4;
        for (const char* name : {"anna", "ben", "cem", "dora", "emil"}) learners.push_back(&room.join(name));
        teacher = &room.join("teacher");
    }
    Classroom room;
    std::vector<Endpoint*> learners;
    Endpoint* teacher = nullptr;
};

TEST_F(LoudestAudio, SendsThreeVoicesOfALargeRoomAndNoGaps) {
    for (std::uint16_t number = 1; number < 50; ++number) speak(room, learners, number);
    EXPECT_EQ(heard(room, *teacher, *learners[4]), 0U);
    std::size_t total = 0;
    for (const Endpoint* learner : learners) total += heard(room, *teacher, *learner);
    EXPECT_LE(total, 3U * 49U + 10U);
    EXPECT_GE(total, 3U * 49U);
}

TEST_F(LoudestAudio, SendsAVoiceThatSomebodyChoseHoweverQuiet) {
    room.say(*teacher, R"({"colibriClass":"ReceiverAudioSubscription","mode":"Include","list":["emil-a0"]})");
    for (std::uint16_t number = 1; number < 50; ++number) speak(room, learners, number);
    EXPECT_EQ(heard(room, *teacher, *learners[4]), 49U);
    EXPECT_EQ(heard(room, *teacher, *learners[0]), 0U);
    EXPECT_EQ(heard(room, *learners[1], *learners[4]), 0U);
}

TEST_F(LoudestAudio, LeavesSmallRoomsAlone) {
    room.config.loudest_above = 6;
    for (std::uint16_t number = 1; number < 50; ++number) speak(room, learners, number);
    EXPECT_EQ(heard(room, *teacher, *learners[4]), 49U);
}

}  // namespace
}  // namespace klassenraum::bridge
