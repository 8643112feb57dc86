#include "protocol/bridge/downlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/rtcp/remb.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using testing::Datagram;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Both kinds of media carry transport-wide numbers to this receiver.
Endpoint& join_with_feedback(Classroom& room, const std::string& name) {
    Endpoint& endpoint = room.join(name, {.downlink = {.start = 2'500'000}});
    endpoint.audio_extensions.add(rtp::kTransportCcId);
    endpoint.video_extensions.add(rtp::kTransportCcId);
    return endpoint;
}

// The receiver's report about everything that was sent to it since the last one, each packet `delay` late.
void report_arrivals(Classroom& room, Endpoint& receiver, rtcp::TransportCcRecorder& recorder, Duration delay) {
    for (const Datagram& datagram : room.sent_to(receiver)) {
        const auto sequence = rtp::transport_sequence(datagram.rtp());
        if (sequence) recorder.record(*sequence, datagram.rtp().ssrc(), datagram.rtp().marker(), room.now + delay);
    }
    room.sink.sent.clear();
}
void send_report(Classroom& room, Endpoint& receiver, rtcp::TransportCcRecorder& recorder) {
    room.send_rtcp(receiver, [&](ByteWriter& out) { recorder.write_feedback(out, 9, room.now); });
}

TEST(Downlink, NumbersVoiceAndPictureInOneSequence) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = join_with_feedback(room, "bob");
    room.want(bob, 180);
    room.send_frame(alice, 0, 1, true);
    room.send_audio(alice, 1);
    room.send_frame(alice, 0, 2);
    room.send_audio(alice, 2);
    ASSERT_THAT(room.sent_to(bob), SizeIs(4));
    std::uint16_t expected = 1;
    for (const Datagram& datagram : room.sent_to(bob)) {
        EXPECT_EQ(rtp::transport_sequence(datagram.rtp()), expected++);
    }
}

TEST(Downlink, LearnsFromFeedbackAndTellsTheClient) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = join_with_feedback(room, "bob");
    room.want(bob, 180);
    room.run_for(11s);
    EXPECT_TRUE(bob.downlink.estimator.untested());
    EXPECT_THAT(room.texts_to(bob, "ConnectionStats"), IsEmpty());
    rtcp::TransportCcRecorder recorder;
    for (std::uint16_t number = 1; number <= 600; ++number) {
        room.send_frame(alice, 0, number, number == 1);
        room.send_audio(alice, number);
        report_arrivals(room, bob, recorder, 15ms);
        room.now += 33ms;
        room.expire();
        if (number % 3 == 0) send_report(room, bob, recorder);
    }
    EXPECT_FALSE(bob.downlink.estimator.untested());
    // Little was sent and arrived unhindered: that says nothing against the start value.
    EXPECT_GE(bob.downlink.estimator.estimate(), 2'000'000);
    EXPECT_THAT(room.texts_to(bob, "ConnectionStats"), SizeIs(::testing::Ge(1U)));
    EXPECT_THAT(room.texts_to(bob, "ConnectionStats").front(), HasSubstr("estimatedDownlinkBandwidth"));
    EXPECT_TRUE(alice.downlink.estimator.untested());
}

TEST(Downlink, GivesWayWhenTheReceiversQueueGrows) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = join_with_feedback(room, "bob");
    room.want(bob, 180);
    rtcp::TransportCcRecorder recorder;
    const bwe::BitsPerSecond before = bob.downlink.estimator.estimate();
    Duration delay = 15ms;
    for (std::uint16_t number = 1; number <= 300; ++number) {
        room.send_frame(alice, 0, number, number == 1);
        room.send_audio(alice, number);
        report_arrivals(room, bob, recorder, delay);
        room.now += 33ms;
        if (number > 100) delay += 8ms;
        room.expire();
        if (number % 3 == 0) send_report(room, bob, recorder);
    }
    EXPECT_LT(bob.downlink.estimator.estimate(), before / 2);
}

TEST(Downlink, BelievesAReceiverThatCanOnlyEstimateItself) {
    Classroom room;
    room.join("alice");
    Endpoint& bob = room.join("bob");
    const std::array<std::uint32_t, 1> ssrcs{1};
    room.send_rtcp(bob, [&](ByteWriter& out) { rtcp::write_remb(out, 9, 400'000, ssrcs); });
    EXPECT_LE(bob.downlink.estimator.estimate(), 400'000);
    EXPECT_GE(bob.downlink.estimator.estimate(), 390'000);
}

TEST(Downlink, SurvivesAReferenceTimeThatWraps) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = join_with_feedback(room, "bob");
    room.want(bob, 180);
    // The reference time is a signed 24-bit count of 64 ms: it wraps 6.2 days after zero.
    room.now = Instant(64ms * (std::int64_t{1} << 23)) - 5s;
    rtcp::TransportCcRecorder recorder;
    for (std::uint16_t number = 1; number <= 400; ++number) {
        room.send_frame(alice, 0, number, number == 1);
        room.send_audio(alice, number);
        report_arrivals(room, bob, recorder, 15ms);
        room.now += 33ms;
        if (number % 3 == 0) send_report(room, bob, recorder);
    }
    // A leap of twelve days between two packets would be read as a queue or as a rate near nothing.
    EXPECT_GE(bob.downlink.estimator.estimate(), 2'000'000);
    EXPECT_FALSE(bob.downlink.estimator.untested());
}

}  // namespace
}  // namespace klassenraum::bridge
