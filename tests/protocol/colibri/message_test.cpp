#include "protocol/colibri/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/colibri/limits.hpp"

namespace klassenraum::colibri {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

template <typename T>
T parsed(std::string_view text) {
    auto message = parse_message(text, "aaaa1111");
    EXPECT_TRUE(message.has_value()) << text;
    if (!message || !std::holds_alternative<T>(*message)) {
        ADD_FAILURE() << "another kind: " << text;
        return T{};
    }
    return std::get<T>(*message);
}
MessageError refused(std::string_view text) {
    auto message = parse_message(text, "aaaa1111");
    EXPECT_FALSE(message.has_value()) << text;
    return message ? MessageError::UnknownClass : message.error();
}

TEST(ChannelMessage, ReadsWhatJitsiMeetSendsInStageView) {
    const auto message = parsed<ReceiverVideoConstraints>(
        R"({"colibriClass":"ReceiverVideoConstraints","lastN":20,"assumedBandwidthBps":-1,)"
        R"("defaultConstraints":{"maxHeight":0},"constraints":{"b-v0":{"maxHeight":720},"c-v0":{"maxHeight":180}},)"
        R"("onStageSources":["b-v0"],"selectedSources":[]})");
    EXPECT_EQ(message.last_n, 20);
    EXPECT_EQ(message.default_max_height, 0);
    ASSERT_TRUE(message.max_heights);
    EXPECT_THAT(*message.max_heights, ElementsAre(std::pair<std::string, std::int32_t>("b-v0", 720),
                                                  std::pair<std::string, std::int32_t>("c-v0", 180)));
    EXPECT_THAT(*message.on_stage, ElementsAre("b-v0"));
    EXPECT_TRUE(message.selected && message.selected->empty());
}

TEST(ChannelMessage, LeavesAbsentFieldsUnset) {
    const auto message = parsed<ReceiverVideoConstraints>(R"({"colibriClass":"ReceiverVideoConstraints","lastN":-1})");
    EXPECT_FALSE(message.default_max_height || message.max_heights || message.on_stage || message.selected);
}

TEST(ChannelMessage, ReadsTheEndpointListsOf2022) {
    const auto message = parsed<ReceiverVideoConstraints>(
        R"({"colibriClass":"ReceiverVideoConstraints","onStageEndpoints":["b"],"selectedEndpoints":["c"]})");
    EXPECT_THAT(*message.on_stage, ElementsAre("b"));
    EXPECT_THAT(*message.selected, ElementsAre("c"));
}

TEST(ChannelMessage, TakesAFrameRateOfZeroAsOff) {
    const auto message = parsed<ReceiverVideoConstraints>(
        R"({"colibriClass":"ReceiverVideoConstraints","constraints":{"b-v0":{"maxHeight":720,"maxFrameRate":0}}})");
    EXPECT_EQ(message.max_heights->front().second, 0);
}

TEST(ChannelMessage, ReadsVideoTypesInAnyCase) {
    const auto message = parsed<SourceVideoTypeChanged>(
        R"({"colibriClass":"SourceVideoTypeMessage","sourceName":"a-v1","videoType":"DESKTOP_high_fps"})");
    EXPECT_EQ(message.source, "a-v1");
    EXPECT_EQ(message.type, VideoType::DesktopHighFps);
    EXPECT_EQ(parsed<SourceVideoTypeChanged>(R"({"colibriClass":"VideoTypeMessage","videoType":"none"})").source, "");
}

TEST(ChannelMessage, ReadsBothFormsOfTheAudioSubscription) {
    EXPECT_FALSE(parsed<ReceiverAudioSubscription>(
                     R"({"colibriClass":"ReceiverAudioSubscription","all":false,"include":["b-a0"]})")
                     .all);
    const auto old = parsed<ReceiverAudioSubscription>(
        R"({"colibriClass":"ReceiverAudioSubscription","mode":"Exclude","list":["b-a0"]})");
    EXPECT_TRUE(old.all);
    EXPECT_THAT(old.exclude, ElementsAre("b-a0"));
}

TEST(ChannelMessage, OverwritesTheSenderOfAForwardedMessage) {
    const auto message = parsed<EndpointMessage>(
        R"({"colibriClass":"EndpointMessage","from":"teacher0","to":"b","msgPayload":{"type":"x"},"extra":1})");
    EXPECT_EQ(message.to, "b");
    EXPECT_THAT(message.rebuilt, HasSubstr(R"("from":"aaaa1111")"));
    EXPECT_THAT(message.rebuilt, Not(HasSubstr("teacher0")));
    EXPECT_THAT(message.rebuilt, HasSubstr(R"("extra":1)"));
}

TEST(ChannelMessage, KeepsTheFieldsOfStatistics) {
    const auto message = parsed<EndpointStats>(
        R"({"colibriClass":"EndpointStats","bitrate":{"upload":1},"connectionQuality":100,"jvbRTT":12})");
    EXPECT_THAT(message.rebuilt, HasSubstr(R"("jvbRTT":12)"));
    EXPECT_THAT(message.rebuilt, HasSubstr(R"("from":"aaaa1111")"));
}

TEST(ChannelMessage, RefusesAKeyWrittenTwice) {
    EXPECT_EQ(refused(R"({"colibriClass":"EndpointStats","from":"x","from":"y"})"), MessageError::DuplicateKey);
    EXPECT_EQ(refused(R"({"colibriClass":"EndpointStats","a":[{"b":1,"\u0062":2}]})"), MessageError::DuplicateKey);
}

TEST(ChannelMessage, CountsNoColonInsideStringsAsAKey) {
    parsed<EndpointStats>(R"({"colibriClass":"EndpointStats","a":"b:c\":d","e:f":[1,{"g":":"}]})");
}

TEST(ChannelMessage, RefusesWhatIsTooDeepOrTooLong) {
    EXPECT_EQ(refused(R"({"colibriClass":"EndpointStats","a":)" + std::string(30, '[') + std::string(30, ']') + "}"),
              MessageError::NotJson);
    EXPECT_EQ(refused(std::string(kMaxMessage + 1, ' ')), MessageError::TooLarge);
    EXPECT_EQ(refused(R"({"colibriClass":"SourceVideoTypeMessage","videoType":"camera","sourceName":")" +
                      std::string(kMaxName + 1, 'a') + "\"}"),
              MessageError::BadField);
}

TEST(ChannelMessage, RefusesBadTextAndOtherKinds) {
    EXPECT_EQ(refused("{\"colibriClass\":\"EndpointStats\",\"a\":\"\xc3\x28\"}"), MessageError::NotJson);
    EXPECT_EQ(refused("[]"), MessageError::NotJson);
    EXPECT_EQ(refused(""), MessageError::NotJson);
    EXPECT_EQ(refused("{}"), MessageError::UnknownClass);
    EXPECT_EQ(refused(R"({"colibriClass":7})"), MessageError::UnknownClass);
    EXPECT_EQ(refused(R"({"colibriClass":"AddReceiver"})"), MessageError::UnknownClass);
    EXPECT_EQ(refused(R"({"colibriClass":"ReceiverVideoConstraints","lastN":"5"})"), MessageError::BadField);
    EXPECT_EQ(refused(R"({"colibriClass":"ReceiverVideoConstraints","constraints":[]})"), MessageError::BadField);
    EXPECT_EQ(refused(R"({"colibriClass":"EndpointMessage","to":"b","msgPayload":"text"})"), MessageError::BadField);
}

TEST(ChannelMessage, WritesNumbersAndTypesAsTheClientReadsThem) {
    EXPECT_EQ(write_sender_source_constraints("a-v0", -1),
              R"({"colibriClass":"SenderSourceConstraints","sourceName":"a-v0","maxHeight":-1})");
    EXPECT_EQ(write_video_sources_map(
                  {{.source = "a-v1", .owner = "a", .ssrc = 4294967295, .rtx = 7, .type = VideoType::Desktop}}),
              R"({"colibriClass":"VideoSourcesMap","mappedSources":[{"source":"a-v1","owner":"a","ssrc":4294967295,)"
              R"("rtx":7,"videoType":"DESKTOP"}]})");
    EXPECT_EQ(write_connectivity("a", false),
              R"({"colibriClass":"EndpointConnectivityStatusChangeEvent","endpoint":"a","active":"false"})");
    EXPECT_EQ(write_dominant_speaker("a", {"b"}),
              R"({"colibriClass":"DominantSpeakerEndpointChangeEvent","dominantSpeakerEndpoint":"a",)"
              R"("previousSpeakers":["b"],"silence":false})");
}

}  // namespace
}  // namespace klassenraum::colibri
