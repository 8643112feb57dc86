#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/rtp/vp8.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The SSRC that a source map announced for a source, 0 when there is none.
std::uint32_t mapped_ssrc(const std::vector<std::string>& maps, const std::string& source) {
    for (const std::string& map : maps) {
        const std::size_t at = map.find("\"source\":\"" + source + "\"");
        if (at == std::string::npos) continue;
        const std::size_t number = map.find("\"ssrc\":", at) + 7;
        return static_cast<std::uint32_t>(std::stoul(map.substr(number)));
    }
    return 0;
}

TEST(Forwarding, BringsAVoiceToTheOthersUnderItsOwnSsrc) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    Endpoint& carol = room.join("carol");
    EXPECT_EQ(room.send_audio(alice, 100), DropReason::None);
    EXPECT_EQ(room.send_audio(alice, 101), DropReason::None);
    EXPECT_THAT(room.sent_to(alice), IsEmpty());
    for (const Endpoint* receiver : {&bob, &carol}) {
        const auto packets = room.sent_to(*receiver);
        ASSERT_THAT(packets, SizeIs(2));
        EXPECT_EQ(packets[0].rtp().ssrc(), Classroom::audio_ssrc(alice));
        EXPECT_EQ(packets[0].rtp().payload_type(), 111);
        EXPECT_EQ(packets[0].rtp().payload().size(), 80U);
        EXPECT_EQ(rtp::audio_level(packets[0].rtp())->level, 40);
        EXPECT_EQ(static_cast<std::uint16_t>(packets[1].rtp().sequence() - packets[0].rtp().sequence()), 1);
    }
    EXPECT_EQ(room.counters.packets_forwarded, 4U);
}

TEST(Forwarding, AnnouncesASlotBeforeAnythingIsSentOnIt) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    const std::uint32_t slot = mapped_ssrc(room.texts_to(bob, "AudioSourcesMap"), "alice-a0");
    ASSERT_NE(slot, 0U);
    EXPECT_NE(slot, Classroom::audio_ssrc(alice));
    EXPECT_THAT(room.texts_to(bob, "AudioSourcesMap").front(), HasSubstr("\"owner\":\"alice\""));

    room.send_audio(alice, 1);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
    EXPECT_EQ(room.drops(DropReason::NotAnnounced), 1U);
    room.now += room.config.announce_delay;
    room.send_audio(alice, 2);
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    EXPECT_EQ(room.sent_to(bob).front().rtp().ssrc(), slot);
}

TEST(Forwarding, SendsNothingToARewritingClientThatCannotBeTold) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true, .channel = false});
    room.now += 10s;
    room.send_audio(alice, 1);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(Forwarding, AnnouncesVideoOnlyWhenItIsWanted) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    EXPECT_THAT(room.texts_to(bob, "VideoSourcesMap"), IsEmpty());
    room.want(bob, 180);
    ASSERT_THAT(room.texts_to(bob, "VideoSourcesMap"), SizeIs(1));
    EXPECT_THAT(room.texts_to(bob, "VideoSourcesMap").front(), HasSubstr("\"videoType\":\"CAMERA\""));
    room.now += room.config.announce_delay;
    room.send_frame(alice, 0, 1, true);
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    EXPECT_EQ(room.sent_to(bob).front().rtp().ssrc(), mapped_ssrc(room.texts_to(bob, "VideoSourcesMap"), "alice-v0"));
}

TEST(Forwarding, UsesTheFirstSsrcForEveryEncoding) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 720);
    room.send_frame(alice, 2, 1, true);
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    EXPECT_EQ(room.sent_to(bob).front().rtp().ssrc(), Classroom::video_ssrc(alice, 0));
}

TEST(Forwarding, SendsNoVideoUntilItIsWanted) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.channel = false});
    room.send_frame(alice, 0, 1, true);
    room.send_audio(alice, 1);
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    EXPECT_EQ(room.sent_to(bob).front().rtp().payload_type(), 111);
}

TEST(Forwarding, ShowsThumbnailsToAClientOf2022ThatSaysNothing) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.source_names = false, .speaks = false});
    room.send_frame(alice, 0, 1, true);
    EXPECT_THAT(room.sent_to(bob), SizeIs(1));
}

TEST(Forwarding, SwitchesTheEncodingAtAKeyFrame) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 1, true);
    room.send_frame(alice, 0, 2);
    ASSERT_THAT(room.sent_to(bob), SizeIs(2));

    room.forget();
    room.now += 1s;
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 30);
    room.want(bob, 720);
    room.send_frame(alice, 0, 31);  // goes on until the key frame is there
    room.send_frame(alice, 2, 31);
    ASSERT_THAT(room.sent_to(bob), SizeIs(2));
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(1));

    room.forget();
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 40, true);
    room.send_frame(alice, 0, 41);
    room.send_frame(alice, 2, 41);
    const auto packets = room.sent_to(bob);
    // Of the key frames one or two pass on the way up; afterwards only the largest encoding does.
    ASSERT_GE(packets.size(), 2U);
    const auto last = rtp::parse_vp8(packets.back().rtp().payload());
    const auto before = rtp::parse_vp8(packets[packets.size() - 2].rtp().payload());
    EXPECT_EQ(
        static_cast<std::uint16_t>(packets.back().rtp().sequence() - packets[packets.size() - 2].rtp().sequence()), 1);
    EXPECT_EQ(*last->picture_id, *before->picture_id + 1);
    EXPECT_TRUE(before->key_frame);
}

TEST(Forwarding, DropsWhatWasNotSignalled) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    EXPECT_EQ(room.send_rtp(alice, testing::write_rtp({.ssrc = 77, .payload_type = 111}, {1, 2, 3})),
              DropReason::UnknownSource);
    EXPECT_EQ(room.send_rtp(alice, testing::write_rtp({.ssrc = Classroom::audio_ssrc(bob), .payload_type = 111}, {1})),
              DropReason::UnknownSource);
    EXPECT_EQ(
        room.send_rtp(alice, testing::write_rtp({.ssrc = Classroom::audio_ssrc(alice), .payload_type = 100}, {1})),
        DropReason::UnknownPayloadType);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(Forwarding, LeavesAnSsrcToWhomItWasSignalledForFirst) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& mallory = room.join("mallory");
    room.signal(mallory, {{.name = "mallory-a0", .ssrcs = {Classroom::audio_ssrc(alice)}, .rtx = {}}});
    EXPECT_EQ(room.send_audio(alice, 1), DropReason::None);
    EXPECT_EQ(mallory.find(Classroom::audio_ssrc(alice)), nullptr);
}

TEST(Forwarding, KeepsABoundedNumberOfStreamsOfSourcesThatHaveGone) {
    Classroom room;
    Endpoint& mallory = room.join("mallory");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    for (std::uint32_t i = 0; i < 600; ++i) {
        colibri::SourceDescription camera = Classroom::camera(mallory);
        camera.ssrcs = {100'000 + 2 * i};
        camera.rtx = {100'001 + 2 * i};
        room.now += 1min;  // as fast as her share grows
        room.signal(mallory, {camera});
    }
    EXPECT_LE(bob.video.all().size(), 256U);
    EXPECT_NE(bob.video.find(std::uint32_t{100'000 + 2 * 599}), nullptr) << "the newest is served";
}

TEST(Forwarding, SilencesWhomTheTeacherMuted) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.conference.set_force_mute(alice, {.endpoint = alice.id, .audio = true, .video = true});
    EXPECT_EQ(room.send_audio(alice, 1), DropReason::ForceMuted);
    EXPECT_EQ(room.send_frame(alice, 0, 1, true), DropReason::ForceMuted);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
    // A source that is signalled anew is muted all the same.
    room.signal(alice, {});
    room.signal(alice, {Classroom::microphone(alice)});
    EXPECT_EQ(room.send_audio(alice, 2), DropReason::ForceMuted);
    room.conference.set_force_mute(alice, {.endpoint = alice.id});
    EXPECT_EQ(room.send_audio(alice, 3), DropReason::None);
}

TEST(Forwarding, NeverSendsACodecTheReceiverDidNotAccept) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.codecs = {rtp::Codec::Opus}});
    room.want(bob, 720);
    room.send_frame(alice, 0, 1, true);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
    EXPECT_EQ(room.drops(DropReason::ReceiverLacksCodec), 1U);
}

TEST(Forwarding, SendsEachPacketOnce) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.send_audio(alice, 5);
    EXPECT_EQ(room.send_audio(alice, 5), DropReason::Duplicate);
    EXPECT_THAT(room.sent_to(bob), SizeIs(1));
}

TEST(Forwarding, ObeysTheAudioSubscription) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.say(bob, R"({"colibriClass":"ReceiverAudioSubscription","all":true,"exclude":["alice-a0"]})");
    room.send_audio(alice, 1);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(Forwarding, CapsWhatOneEndpointMaySend) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    DropReason last = DropReason::None;
    std::uint16_t sequence = 0;
    while (last != DropReason::IngressCap && sequence < 60000) last = room.send_audio(alice, ++sequence);
    EXPECT_EQ(last, DropReason::IngressCap);
}

TEST(Forwarding, GivesTheSlotOfALeaverToANewcomer) {
    Classroom room;
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    Endpoint& alice = room.join("alice");
    const std::uint32_t slot = mapped_ssrc(room.texts_to(bob, "AudioSourcesMap"), "alice-a0");
    room.run_for(5s);
    room.send_audio(alice, 1);
    const std::uint16_t sequence = room.sent_to(bob).back().rtp().sequence();
    Context context = room.context();
    room.conference.remove(alice, context);
    Endpoint& carol = room.join("carol");
    EXPECT_EQ(mapped_ssrc(room.texts_to(bob, "AudioSourcesMap"), "carol-a0"), slot);
    room.now += 1s;
    room.send_audio(carol, 5000);
    EXPECT_EQ(room.sent_to(bob).back().rtp().ssrc(), slot);
    EXPECT_EQ(static_cast<std::uint16_t>(room.sent_to(bob).back().rtp().sequence() - sequence), 1);
}

TEST(Forwarding, DoesNotReassignASlotThatTheClientMayStillNegotiate) {
    Classroom room;
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    Endpoint& alice = room.join("alice");
    const std::uint32_t slot = mapped_ssrc(room.texts_to(bob, "AudioSourcesMap"), "alice-a0");
    room.run_for(1s);
    Context context = room.context();
    room.conference.remove(alice, context);
    room.join("carol");
    EXPECT_NE(mapped_ssrc(room.texts_to(bob, "AudioSourcesMap"), "carol-a0"), slot);
}

TEST(Forwarding, UnwrapsARetransmissionAndSendsItOnce) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    room.send_frame(alice, 0, 3);
    std::vector<std::uint8_t> payload = testing::vp8_frame(false, 2, 2);
    payload.insert(payload.begin(), {0, 2});
    const auto rtx = testing::write_rtp(
        {.ssrc = Classroom::rtx_ssrc(alice, 0), .sequence = 900, .timestamp = 6000, .payload_type = 96, .marker = true},
        payload);
    EXPECT_EQ(room.send_rtp(alice, rtx), DropReason::None);
    EXPECT_EQ(room.send_rtp(alice, rtx), DropReason::Duplicate);
    const auto packets = room.sent_to(bob);
    ASSERT_THAT(packets, SizeIs(3));
    EXPECT_EQ(packets[2].rtp().payload_type(), 100);
    EXPECT_EQ(static_cast<std::uint16_t>(packets[2].rtp().sequence() - packets[0].rtp().sequence()), 1);
}

TEST(Forwarding, WaitsUntilSignallingCanHaveArrived) {
    Classroom room;
    Endpoint& bob = room.join("bob");
    Endpoint& alice = room.join("alice", {.media = false});
    room.signal(alice, {Classroom::microphone(alice)});
    EXPECT_EQ(room.send_audio(alice, 1), DropReason::None);
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
    room.now += room.config.announce_delay;
    room.send_audio(alice, 2);
    EXPECT_THAT(room.sent_to(bob), SizeIs(1));
}

TEST(Forwarding, SendsNothingBeforeTheTransportIsUp) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    bob.connected = false;
    room.send_frame(alice, 0, 1);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), IsEmpty());  // it could not be used yet
    bob.connected = true;
    room.send_frame(alice, 0, 2);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(1));
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(Forwarding, TakesTheRedundancyOffForThoseWhoLackIt) {
    Classroom room;
    Endpoint& alice = room.join("alice", {.codecs = {rtp::Codec::Opus, rtp::Codec::Red}});
    Endpoint& bob = room.join("bob", {.codecs = {rtp::Codec::Opus, rtp::Codec::Red}});
    Endpoint& carol = room.join("carol");
    const std::vector<std::uint8_t> red{0x80 | 111, 0x0f, 0x00, 0x02, 111, 0xaa, 0xab, 0x01, 0x02, 0x03};
    room.send_rtp(alice,
                  testing::write_rtp({.ssrc = Classroom::audio_ssrc(alice), .sequence = 1, .payload_type = 112}, red));
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    ASSERT_THAT(room.sent_to(carol), SizeIs(1));
    const auto whole = room.sent_to(bob).front();
    const auto stripped = room.sent_to(carol).front();
    EXPECT_EQ(whole.rtp().payload_type(), 112);
    EXPECT_EQ(stripped.rtp().payload_type(), 111);
    EXPECT_EQ(std::vector<std::uint8_t>(stripped.rtp().payload().begin(), stripped.rtp().payload().end()),
              (std::vector<std::uint8_t>{1, 2, 3}));
}

}  // namespace
}  // namespace klassenraum::bridge
