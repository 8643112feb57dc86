#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/report.hpp"
#include "protocol/rtcp/transport_cc.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using testing::Datagram;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void ask_again(Classroom& room, Endpoint& receiver, std::uint32_t ssrc, std::vector<std::uint16_t> sequences) {
    room.send_rtcp(receiver, [&](ByteWriter& out) { rtcp::write_nack(out, 9, ssrc, sequences); });
}
void ask_for_key_frame(Classroom& room, Endpoint& receiver, std::uint32_t ssrc) {
    room.send_rtcp(receiver, [&](ByteWriter& out) { rtcp::write_pli(out, 9, ssrc); });
}
std::vector<std::uint16_t> nacked(const std::vector<std::vector<std::uint8_t>>& bodies) {
    std::vector<std::uint16_t> sequences;
    for (const auto& body : bodies) {
        const auto nack = rtcp::parse_nack({.count = 1, .type = rtcp::Type::TransportFeedback, .body = body});
        if (nack) nack->for_each([&](std::uint16_t sequence) { sequences.push_back(sequence); });
    }
    return sequences;
}

TEST(Retransmission, GoesByRtxOncePerRoundTrip) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    room.send_frame(alice, 0, 2);
    const Datagram lost = room.sent_to(bob).back();
    room.forget();
    for (int i = 0; i < 5; ++i) ask_again(room, bob, Classroom::video_ssrc(alice, 0), {lost.rtp().sequence()});
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    const Datagram repeated = room.sent_to(bob).front();
    EXPECT_EQ(repeated.rtp().ssrc(), Classroom::rtx_ssrc(alice, 0));
    EXPECT_EQ(repeated.rtp().payload_type(), 96);
    EXPECT_EQ(repeated.rtp().timestamp(), lost.rtp().timestamp());
    ByteReader payload(repeated.rtp().payload());
    EXPECT_EQ(payload.u16(), lost.rtp().sequence());
    const ByteView original = lost.rtp().payload();
    EXPECT_TRUE(std::equal(original.begin(), original.end(), payload.rest().begin(), payload.rest().end()));

    room.now += bob.downlink.rtt();
    ask_again(room, bob, Classroom::video_ssrc(alice, 0), {lost.rtp().sequence()});
    ASSERT_THAT(room.sent_to(bob), SizeIs(2));
    EXPECT_EQ(static_cast<std::uint16_t>(room.sent_to(bob)[1].rtp().sequence() - repeated.rtp().sequence()), 1);
}

TEST(Retransmission, UsesTheAnnouncedRtxSsrcOfASlot) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    room.want(bob, 180);
    room.now += 1s;
    room.send_frame(alice, 0, 1, true);
    const Datagram sent = room.sent_to(bob).back();
    ask_again(room, bob, sent.rtp().ssrc(), {sent.rtp().sequence()});
    ASSERT_THAT(room.sent_to(bob), SizeIs(2));
    const std::string map = room.texts_to(bob, "VideoSourcesMap").front();
    const Datagram repeated = room.sent_to(bob).back();
    EXPECT_NE(map.find("\"rtx\":" + std::to_string(repeated.rtp().ssrc())), std::string::npos);
}

TEST(Retransmission, RepeatsAVoiceAsItWas) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.send_audio(alice, 7);
    room.send_audio(alice, 8);
    const Datagram second = room.sent_to(bob).back();
    room.forget();
    ask_again(room, bob, Classroom::audio_ssrc(alice), {second.rtp().sequence()});
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    EXPECT_EQ(room.sent_to(bob).front().octets, second.octets);
}

// Other octets under one sequence number would give the key of GCM's tag away. The first packet's marker is
// ours, and each has a number for congestion control.
TEST(Retransmission, RepeatsAVoiceWithTheNumbersItWentOutWith) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    bob.audio_extensions.add(rtp::kTransportCcId);
    for (std::uint16_t sequence = 1; sequence <= 8; ++sequence) room.send_audio(alice, sequence);
    const std::vector<Datagram> sent = room.sent_to(bob);
    ASSERT_THAT(sent, SizeIs(8));
    for (const Datagram& datagram : sent) {
        room.forget();
        ask_again(room, bob, Classroom::audio_ssrc(alice), {datagram.rtp().sequence()});
        ASSERT_THAT(room.sent_to(bob), SizeIs(1));
        EXPECT_EQ(room.sent_to(bob).front().octets, datagram.octets);
    }
}

TEST(Retransmission, IsRefusedForAPictureWithoutRtx) {
    Classroom room;
    Endpoint& alice = room.join("alice", {.media = false});
    Endpoint& bob = room.join("bob");
    colibri::SourceDescription camera = Classroom::camera(alice);
    camera.rtx.clear();
    room.signal(alice, {camera});
    room.want(bob, 180);
    room.now += 1s;
    room.send_frame(alice, 0, 1, true);
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    ask_again(room, bob, room.sent_to(bob).back().rtp().ssrc(), {room.sent_to(bob).back().rtp().sequence()});
    EXPECT_THAT(room.sent_to(bob), SizeIs(1));
}

// Its browser goes on asking for what a fallen line lost of it, and would take the room of what is shown instead.
TEST(Retransmission, IsRefusedForAPictureThatIsNoLongerShown) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    const std::uint16_t sequence = room.sent_to(bob).front().rtp().sequence();
    room.forget();
    ask_again(room, bob, Classroom::video_ssrc(alice, 0), {sequence});
    ASSERT_THAT(room.sent_to(bob), SizeIs(1));
    room.run_for(1s);
    room.want(bob, 0);
    room.forget();
    ask_again(room, bob, Classroom::video_ssrc(alice, 0), {sequence});
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(Retransmission, HasABudget) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    for (std::uint16_t sequence = 0; sequence < 60; ++sequence) room.send_audio(alice, sequence);
    const std::uint16_t first = room.sent_to(bob).front().rtp().sequence();
    room.forget();
    for (int round = 0; round < 20; ++round) {
        for (std::uint16_t i = 0; i < 60; ++i) {
            ask_again(room, bob, Classroom::audio_ssrc(alice), {static_cast<std::uint16_t>(first + i)});
        }
        room.now += 60ms;
    }
    EXPECT_LE(room.sent_to(bob).size(), kRetransmissionBurst + kRetransmissionsPerSecond * 12 / 10);
    EXPECT_GT(room.counters.retransmissions_refused, 0U);
}

TEST(Retransmission, AnswersNobodyWhoDidNotGetThePacket) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.send_frame(alice, 0, 1, true);
    ask_again(room, bob, Classroom::video_ssrc(alice, 0), {1});
    ask_again(room, bob, 4711, {1});
    EXPECT_THAT(room.sent_to(bob), IsEmpty());
}

TEST(LossRequest, AsksTheSenderForWhatDidNotCome) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    room.join("bob");
    room.send_audio(alice, 10);
    room.send_audio(alice, 13);
    EXPECT_THAT(nacked(room.rtcp_to(alice, rtcp::TransportFormat::Nack)), ElementsAre(11, 12));
    room.forget();
    room.send_audio(alice, 12);
    room.run_for(kDefaultRtt + 20ms);
    EXPECT_THAT(nacked(room.rtcp_to(alice, rtcp::TransportFormat::Nack)), ElementsAre(11));
    room.forget();
    room.run_for(5s);
    EXPECT_LE(nacked(room.rtcp_to(alice, rtcp::TransportFormat::Nack)).size(), 10U);
    room.forget();
    room.run_for(5s);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::TransportFormat::Nack), IsEmpty());
}

TEST(KeyframeRequest, IsMergedForAllWhoAsk) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    std::vector<Endpoint*> others;
    for (int i = 0; i < 10; ++i) others.push_back(&room.join("learner" + std::to_string(i)));
    for (Endpoint* other : others) room.want(*other, 180);
    room.send_frame(alice, 0, 1, true);
    room.forget();
    for (int step = 0; step < 50; ++step) {  // one second
        for (Endpoint* other : others) ask_for_key_frame(room, *other, Classroom::video_ssrc(alice, 0));
        room.run_for(20ms);
    }
    EXPECT_GE(room.rtcp_to(alice, rtcp::PayloadFormat::Pli).size(), 2U);
    EXPECT_LE(room.rtcp_to(alice, rtcp::PayloadFormat::Pli).size(), 6U);
    EXPECT_EQ(room.counters.keyframe_requests_received, 500U);
}

TEST(KeyframeRequest, IsRepeatedUntilOneComes) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1);  // bob cannot begin here
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(1));
    room.run_for(1100ms);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(2));
    room.send_frame(alice, 0, 2, true);
    room.run_for(3s);
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(2));
}

TEST(KeyframeRequest, IsGrantedToOneReceiverThriceInTenSeconds) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    room.forget();
    for (std::uint16_t number = 2; number < 20; ++number) {  // nine seconds, and each wish is fulfilled
        room.run_for(250ms);                                 // a wish that crosses the key frame is none
        ask_for_key_frame(room, bob, Classroom::video_ssrc(alice, 0));
        room.run_for(250ms);
        room.send_frame(alice, 0, number, true);
    }
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), SizeIs(kKeyframesPerReceiver));
}

// A narrow line takes longer for it than an answer, and who asks meanwhile will have it.
TEST(KeyframeRequest, IsNotPassedOnWhileTheLastPacketsOfAKeyFrameAreOnTheirWay) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 180);
    const auto send_part = [&](std::uint16_t part, bool last) {
        auto payload = testing::vp8_frame(part == 0, 1, 1);
        if (part != 0) payload[0] = 0x80;
        room.send_rtp(alice, testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 0),
                                                 .sequence = static_cast<std::uint16_t>(100 + part),
                                                 .timestamp = 3000,
                                                 .payload_type = 100,
                                                 .marker = last},
                                                payload));
    };
    const auto asked = [&] {
        ask_for_key_frame(room, bob, Classroom::video_ssrc(alice, 0));
        return room.rtcp_to(alice, rtcp::PayloadFormat::Pli).size();
    };
    for (std::uint16_t part = 0; part < 5; ++part) {
        send_part(part, part == 4);
        room.forget();
        room.run_for(80ms);  // an answer takes 100
        EXPECT_EQ(asked(), 0U);
    }
    room.run_for(40ms);
    EXPECT_EQ(asked(), 1U);
}

TEST(KeyframeRequest, IgnoresOthersSsrcs) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    ask_for_key_frame(room, bob, Classroom::video_ssrc(alice, 0));  // bob does not get it
    EXPECT_THAT(room.rtcp_to(alice, rtcp::PayloadFormat::Pli), IsEmpty());
}

TEST(Reports, ReachSendersTwiceASecond) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    room.join("bob");
    room.expire();
    room.forget();
    std::uint16_t sequence = 0;
    for (int i = 0; i < 100; ++i) {  // two seconds
        room.send_audio(alice, ++sequence);
        room.run_for(20ms);
    }
    const auto reports = room.rtcp_to(alice, rtcp::Type::ReceiverReport);
    EXPECT_THAT(reports, SizeIs(4));
    const auto blocks =
        rtcp::parse_report_blocks({.count = 1, .type = rtcp::Type::ReceiverReport, .body = reports.back()});
    ASSERT_TRUE(blocks);
    EXPECT_EQ(blocks->blocks[0].ssrc, Classroom::audio_ssrc(alice));
    EXPECT_EQ(blocks->blocks[0].fraction_lost, 0);
}

TEST(Reports, TellSendersWhenTheirPacketsCame) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    for (std::uint16_t i = 0; i < 20; ++i) {
        room.send_rtp(
            alice,
            testing::write_rtp(
                {.ssrc = Classroom::audio_ssrc(alice), .sequence = i, .payload_type = 111, .transport_sequence = i},
                {1, 2, 3}));
        room.run_for(20ms);
    }
    std::size_t reported = 0;
    for (const auto& body : room.rtcp_to(alice, rtcp::TransportFormat::TransportCc)) {
        auto feedback =
            rtcp::TransportCcFeedback::parse({.count = 15, .type = rtcp::Type::TransportFeedback, .body = body});
        ASSERT_TRUE(feedback);
        reported += feedback->status_count();
    }
    EXPECT_GE(reported, 15U);
    EXPECT_LE(reported, 20U);
}

TEST(Reports, PassTheSendersClockOnInTheReceiversNumbering) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    room.now += 1s;
    room.send_audio(alice, 10);
    const Datagram packet = room.sent_to(bob).front();
    const rtcp::SenderReport sent{.ssrc = Classroom::audio_ssrc(alice),
                                  .ntp = {0x1122334455667788},
                                  .rtp_timestamp = 10 * 960 + 480,
                                  .packet_count = 999,
                                  .octet_count = 999};
    room.send_rtcp(alice, [&](ByteWriter& out) { rtcp::write_sender_report(out, sent); });
    const auto reports = room.rtcp_to(bob, rtcp::Type::SenderReport);
    ASSERT_THAT(reports, SizeIs(1));
    const auto got = rtcp::parse_sender_report({.count = 0, .type = rtcp::Type::SenderReport, .body = reports.front()});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->ssrc, packet.rtp().ssrc());
    EXPECT_EQ(got->ntp, sent.ntp);
    EXPECT_EQ(got->rtp_timestamp - packet.rtp().timestamp(), 480U);
    EXPECT_EQ(got->packet_count, 1U);

    // And the answer tells the round trip.
    room.now += 60ms;
    room.send_rtcp(bob, [&](ByteWriter& out) {
        const rtcp::ReportBlock block{.ssrc = got->ssrc,
                                      .last_sender_report = got->ntp.compact(),
                                      .delay_since_sender_report = rtcp::compact_duration(20ms)};
        rtcp::write_receiver_report(out, 9, std::span(&block, 1));
    });
    EXPECT_LT(bob.downlink.rtt(), kDefaultRtt);
    EXPECT_GT(bob.downlink.rtt(), 80ms);
}

TEST(Reports, EndAnEncodingThatSaysGoodbye) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    room.want(bob, 720);
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 1, true);
    EXPECT_EQ(bob.video.all().front()->projection.target()->encoding, 2);
    const std::array<std::uint32_t, 1> ended{Classroom::video_ssrc(alice, 2)};
    room.send_rtcp(alice, [&](ByteWriter& out) { rtcp::write_bye(out, ended); });
    EXPECT_EQ(bob.video.all().front()->projection.target()->encoding, 1);
}

}  // namespace
}  // namespace klassenraum::bridge
