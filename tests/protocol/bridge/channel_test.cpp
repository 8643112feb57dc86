#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string constraint(const std::string& source, int height) {
    return R"({"colibriClass":"SenderSourceConstraints","sourceName":")" + source + R"(","maxHeight":)" +
           std::to_string(height) + "}";
}
std::string forwarded(const std::string& list) {
    return R"({"colibriClass":"ForwardedSources","forwardedSources":[)" + list + "]}";
}

TEST(SenderConstraints, TellALonelySenderThatNobodyWatches) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"), ElementsAre(constraint("alice-v0", 0)));
}

TEST(SenderConstraints, AreTheLargestWishAndUnlimitedWins) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    Endpoint& carol = room.join("carol", {.ssrc_rewriting = true});
    room.forget();
    room.want(bob, 180);
    room.want(carol, 720);
    room.want(bob, 360);  // changes nothing
    room.want(bob, -1);
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"),
                ElementsAre(constraint("alice-v0", 180), constraint("alice-v0", 720), constraint("alice-v0", -1)));
}

TEST(SenderConstraints, FallAfterAWhileOnly) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 720);
    room.forget();
    room.want(bob, 180);
    room.run_for(1s);
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"), IsEmpty());
    room.run_for(kConstraintHoldDown);
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"), ElementsAre(constraint("alice-v0", 180)));
}

TEST(SenderConstraints, SpeakPerEndpointToAClientOf2022) {
    Classroom room;
    Endpoint& alice = room.join("alice", {.source_names = false});
    Endpoint& bob = room.join("bob");
    room.want(bob, -1);
    EXPECT_THAT(
        room.texts_to(alice, "SenderVideoConstraints"),
        ::testing::Contains(R"({"colibriClass":"SenderVideoConstraints","videoConstraints":{"idealHeight":2160}})"));
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"), IsEmpty());
}

TEST(ForwardedSources, ListsExactlyWhatIsForwarded) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    Endpoint& carol = room.join("carol");
    EXPECT_EQ(room.texts_to(carol, "ForwardedSources").back(), forwarded(""));
    room.want(carol, 180);
    EXPECT_EQ(room.texts_to(carol, "ForwardedSources").back(), forwarded(R"("alice-v0","bob-v0")"));
    room.say(carol, R"({"colibriClass":"ReceiverVideoConstraints","constraints":{"alice-v0":{"maxHeight":0}}})");
    EXPECT_EQ(room.texts_to(carol, "ForwardedSources").back(), forwarded(R"("bob-v0")"));
    room.say(bob, R"({"colibriClass":"SourceVideoTypeMessage","sourceName":"bob-v0","videoType":"none"})");
    EXPECT_EQ(room.texts_to(carol, "ForwardedSources").back(), forwarded(""));
    (void)alice;
}

TEST(ForwardedSources, DropsACameraThatStalls) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    EXPECT_EQ(room.texts_to(bob, "ForwardedSources").back(), forwarded(R"("alice-v0")"));
    room.run_for(kSourceIdle + 1s);
    EXPECT_EQ(room.texts_to(bob, "ForwardedSources").back(), forwarded(""));
    room.send_frame(alice, 0, 2, true);
    EXPECT_EQ(room.texts_to(bob, "ForwardedSources").back(), forwarded(R"("alice-v0")"));
}

TEST(LastN, PrefersTheStageThenTheLatestSpeaker) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    Endpoint& carol = room.join("carol");
    Endpoint& dave = room.join("dave");
    room.want(dave, 180);
    room.say(dave, R"({"colibriClass":"ReceiverVideoConstraints","lastN":1})");
    EXPECT_EQ(room.texts_to(dave, "ForwardedSources").back(), forwarded(R"("alice-v0")"));
    for (std::uint16_t i = 0; i < 100; ++i) {
        room.send_audio(bob, i, i < 20 ? 100 : 10);
        room.run_for(20ms);
    }
    EXPECT_EQ(room.texts_to(dave, "ForwardedSources").back(), forwarded(R"("bob-v0")"));
    room.say(dave, R"({"colibriClass":"ReceiverVideoConstraints","onStageSources":["carol-v0"]})");
    EXPECT_EQ(room.texts_to(dave, "ForwardedSources").back(), forwarded(R"("carol-v0")"));
    (void)alice;
    (void)carol;
}

TEST(LastN, UnderstandsEndpointNamesOf2022) {
    Classroom room;
    room.join("alice");
    room.join("bob");
    Endpoint& dave = room.join("dave", {.source_names = false});
    room.say(dave, R"({"colibriClass":"ReceiverVideoConstraints","lastN":-1,"defaultConstraints":{"maxHeight":0},)"
                   R"("constraints":{"bob":{"maxHeight":720}},"onStageEndpoints":["bob"]})");
    EXPECT_EQ(room.texts_to(dave, "LastNEndpoints").back(),
              R"({"colibriClass":"LastNEndpointsChangeEvent","lastNEndpoints":["bob"]})");
    EXPECT_THAT(room.texts_to(dave, "ForwardedSources"), IsEmpty());
}

TEST(Speaker, IsTheOneWhoTalks) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    for (std::uint16_t i = 0; i < 100; ++i) {
        room.send_audio(alice, i, i % 20 == 0 ? 60 : 100);
        room.send_audio(bob, i, 105);
        room.run_for(20ms);
    }
    for (std::uint16_t i = 100; i < 250; ++i) {
        room.send_audio(alice, i, 127);
        room.send_audio(bob, i, i % 3 == 0 ? 25 : 12);
        room.run_for(20ms);
    }
    EXPECT_EQ(room.conference.speakers().current(), bob.id);
    ASSERT_THAT(room.texts_to(alice, "DominantSpeaker"), Not(IsEmpty()));
    EXPECT_THAT(room.texts_to(alice, "DominantSpeaker").back(), HasSubstr(R"("dominantSpeakerEndpoint":"bob")"));
    EXPECT_THAT(room.texts_to(alice, "DominantSpeaker").back(), HasSubstr(R"("silence":false)"));
    const auto* event = std::get_if<colibri::DominantSpeakerChanged>(&room.out.events.back());
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->endpoint, bob.id);
}

TEST(Speaker, IsNeverSomebodyMuted) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    room.conference.set_force_mute(alice, {.endpoint = alice.id, .audio = true});
    for (std::uint16_t i = 0; i < 100; ++i) {
        room.send_audio(alice, i, 5);
        room.run_for(20ms);
    }
    EXPECT_EQ(room.conference.speakers().current(), EndpointId{});
}

TEST(EndpointMessages, CarryTheTrueSender) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    Endpoint& carol = room.join("carol");
    room.forget();
    room.say(alice, R"({"colibriClass":"EndpointMessage","to":"bob","from":"carol","msgPayload":{"x":1}})");
    ASSERT_THAT(room.texts_to(bob), SizeIs(1));
    EXPECT_THAT(room.texts_to(bob).front(), HasSubstr(R"("from":"alice")"));
    EXPECT_THAT(room.texts_to(carol), IsEmpty());
    room.say(alice, R"({"colibriClass":"EndpointMessage","to":"","msgPayload":{"x":1}})");
    EXPECT_THAT(room.texts_to(carol), SizeIs(1));
    EXPECT_THAT(room.texts_to(alice), IsEmpty());
    room.say(alice, R"({"colibriClass":"EndpointStats","jvbRTT":3})");
    EXPECT_THAT(room.texts_to(carol), SizeIs(2));
}

TEST(EndpointMessages, AndStatisticsStopWhereSpeakingToAllIsForbidden) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.conference.set_force_mute(alice, {.endpoint = alice.id, .messages = true});
    room.forget();
    room.say(alice, R"({"colibriClass":"EndpointMessage","to":"","msgPayload":{"x":1}})");
    room.say(alice, R"({"colibriClass":"EndpointStats","note":"hallo"})");
    EXPECT_THAT(room.texts_to(bob), IsEmpty());
}

TEST(EndpointMessages, AreMetered) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.forget();
    for (int i = 0; i < 500; ++i) {
        room.say(alice, R"({"colibriClass":"EndpointMessage","to":"","msgPayload":{"x":1}})");
        room.now += 10ms;
    }
    EXPECT_LE(room.texts_to(bob).size(), kMessageBurst + 5 * kMessagesPerSecond + 1);
    EXPECT_GE(room.texts_to(bob).size(), 5 * kMessagesPerSecond);
    EXPECT_GT(room.counters.channel_messages_refused, 0U);
}

TEST(Channel, IsToldEverythingAgainWhenItComesBack) {
    Classroom room;
    Endpoint& alice = room.join("alice", {.ssrc_rewriting = true});
    Endpoint& bob = room.join("bob");
    room.want(alice, 180);
    room.want(bob, 360);
    for (std::uint16_t i = 0; i < 100; ++i) {
        room.send_audio(bob, i, i < 20 ? 100 : 10);
        room.run_for(20ms);
    }
    alice.channel.websocket = false;
    room.forget();
    room.run_for(1s);
    EXPECT_THAT(room.texts_to(alice), IsEmpty());
    alice.channel.websocket = true;
    Context context = room.context();
    room.conference.channel_opened(alice, context);
    EXPECT_THAT(room.texts_to(alice, "SenderSourceConstraints"), ElementsAre(constraint("alice-v0", 360)));
    EXPECT_THAT(room.texts_to(alice, "ForwardedSources"), ElementsAre(forwarded(R"("bob-v0")")));
    EXPECT_THAT(room.texts_to(alice, "AudioSourcesMap"), SizeIs(1));
    EXPECT_THAT(room.texts_to(alice, "VideoSourcesMap"), SizeIs(1));
    EXPECT_THAT(room.texts_to(alice, "DominantSpeaker"), SizeIs(1));
    // Media did not wait for it.
    room.sink.sent.clear();
    room.send_audio(bob, 101);
    EXPECT_THAT(room.sent_to(alice), SizeIs(1));
}

TEST(Connectivity, IsToldToEveryoneOnceEachWay) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    for (int i = 0; i < 500; ++i) {
        bob.last_heard = room.now;
        room.run_for(20ms);
    }
    EXPECT_THAT(
        room.texts_to(bob, "Connectivity"),
        ElementsAre(R"({"colibriClass":"EndpointConnectivityStatusChangeEvent","endpoint":"alice","active":"false"})"));
    Context context = room.context();
    alice.last_heard = room.now;
    room.conference.alive_again(alice, context);
    EXPECT_THAT(room.texts_to(bob, "Connectivity"), SizeIs(2));
    EXPECT_THAT(room.texts_to(bob, "Connectivity").back(), HasSubstr(R"("active":"true")"));
}

}  // namespace
}  // namespace klassenraum::bridge
