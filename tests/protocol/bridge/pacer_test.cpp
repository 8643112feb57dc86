#include "protocol/bridge/pacer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/rtcp/nack.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using testing::Datagram;

constexpr Instant kStart{1h};

TEST(Pacer, LetsEverythingGoWhereNobodyKnowsTheLine) {
    Pacer pacer;
    for (int i = 0; i < 1000; ++i) {
        pacer.advance(0, kStart);
        ASSERT_TRUE(pacer.clear());
        pacer.sent(1200);
    }
}

TEST(Pacer, LetsABurstGoAndThenTheRate) {
    Pacer pacer;
    std::size_t octets = 0;
    for (Instant now = kStart; now < kStart + 1s; now += 2ms) {
        for (pacer.advance(2'500'000, now); pacer.clear(); octets += 1200) pacer.sent(1200);
        if (now == kStart) {
            EXPECT_LE(octets, 2'500'000 / 8 * 20 / 1000 + 1200U);
        }
    }
    EXPECT_NEAR(static_cast<double>(octets), 2'500'000 / 8, 10'000);
}

TEST(Pacer, LetsNothingWaitLongerThanItsBound) {
    Pacer pacer;
    pacer.advance(30'000, kStart);
    pacer.sent(100'000);
    for (std::uint16_t i = 0; i < 200; ++i) {
        ASSERT_TRUE(pacer.push(Pacer::Picture{.sequence = i, .octets = 1200, .since = kStart}));
    }
    Instant last = kStart;
    for (Instant now = kStart; pacer.waiting() && now < kStart + 5s; now += 2ms) {
        for (pacer.advance(30'000, now); pacer.open() && pacer.waiting(); last = now) {
            pacer.pop_picture();
            pacer.sent(1200);
        }
    }
    EXPECT_FALSE(pacer.waiting());
    // The rate follows what is left, so the end is longer than the bound, but not by much more than a second.
    EXPECT_LE(last - kStart, 3 * kLongestPacing);
}

TEST(Pacer, RefusesWhatItHasNoPlaceFor) {
    Pacer pacer;
    for (std::size_t i = 0; i < kPacedPictures; ++i) ASSERT_TRUE(pacer.push(Pacer::Picture{.octets = 1200}));
    EXPECT_FALSE(pacer.push(Pacer::Picture{.octets = 1200}));
    for (std::size_t i = 0; i < kPacedRepetitions; ++i) ASSERT_TRUE(pacer.push(Pacer::Repetition{}));
    EXPECT_FALSE(pacer.push(Pacer::Repetition{}));
}

// Bob sees Alice over a line that is taken for 400 kbit/s.
class Pacing : public ::testing::Test {
protected:
    Pacing() : alice(room.join("alice")), bob(room.join("bob", {.downlink = {.start = 400'000, .maximum = 400'000}})) {
        bob.video_extensions.add(rtp::kTransportCcId);
        bob.audio_extensions.add(rtp::kTransportCcId);
        room.want(bob, 180);
        room.now += 1s;
        room.forget();
    }
    // A frame in so many packets.
    void send_large_frame(std::uint16_t packets) {
        ++frame;
        for (std::uint16_t part = 0; part < packets; ++part) {
            auto payload = testing::vp8_frame(frame == 1 && part == 0, frame, static_cast<std::uint8_t>(frame));
            if (part != 0) payload[0] = 0x80;
            payload.resize(1000, 0x33);
            room.send_rtp(alice, testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 0),
                                                     .sequence = sequence++,
                                                     .timestamp = frame * 3000U,
                                                     .payload_type = 100,
                                                     .marker = part + 1 == packets},
                                                    payload));
        }
    }
    void pace_for(Duration duration) {
        for (const Instant end = room.now + duration; room.now < end;) {
            room.now += 2ms;
            room.pace();
        }
    }
    std::vector<std::uint16_t> pictures() const {
        std::vector<std::uint16_t> numbers;
        for (const Datagram& datagram : room.sent_to(bob)) {
            if (datagram.rtp().payload_type() == 100 && !datagram.rtp().padding_only()) {
                numbers.push_back(datagram.rtp().sequence());
            }
        }
        return numbers;
    }

    Classroom room;
    Endpoint& alice;
    Endpoint& bob;
    std::uint16_t frame = 0;
    std::uint16_t sequence = 1;
};

TEST_F(Pacing, SpreadsAKeyFrameAndKeepsItsOrder) {
    send_large_frame(40);
    EXPECT_LE(pictures().size(), 4U);
    send_large_frame(2);
    pace_for(2s);
    const auto numbers = pictures();
    ASSERT_EQ(numbers.size(), 42U);
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        EXPECT_EQ(static_cast<std::uint16_t>(numbers[i] - numbers[i - 1]), 1);
    }
    EXPECT_EQ(room.counters.pacer_dropped, 0U);
    EXPECT_GT(room.counters.pacer_delayed, 30U);
    EXPECT_GT(room.counters.pacer_delayed_us / room.counters.pacer_delayed, 50'000U);
}

// What goes faster than the line only stands in its queue, before the voices that come next.
TEST_F(Pacing, GoesLittleFasterThanANarrowLine) {
    send_large_frame(22);
    room.forget();
    pace_for(240ms);
    EXPECT_NEAR(static_cast<double>(pictures().size()) * 1040 * 8 / 0.24, 1.25 * 400'000, 60'000);
}

TEST_F(Pacing, NumbersPacketsAsTheyGo) {
    send_large_frame(20);
    room.send_audio(alice, 1);
    pace_for(1s);
    std::uint16_t expected = *rtp::transport_sequence(room.sent_to(bob).front().rtp());
    for (const Datagram& datagram : room.sent_to(bob)) {
        EXPECT_EQ(rtp::transport_sequence(datagram.rtp()), expected++);
    }
}

TEST_F(Pacing, NeverHoldsAVoiceBack) {
    send_large_frame(40);
    const std::size_t before = room.sent_to(bob).size();
    room.send_audio(alice, 1);
    ASSERT_EQ(room.sent_to(bob).size(), before + 1);
    EXPECT_EQ(room.sent_to(bob).back().rtp().payload_type(), 111);
}

TEST_F(Pacing, SendsNoNumberTwice) {
    for (int i = 0; i < 20; ++i) {
        send_large_frame(10);
        pace_for(30ms);
    }
    pace_for(2s);
    std::set<std::pair<std::uint32_t, std::uint16_t>> seen;
    for (const Datagram& datagram : room.sent_to(bob)) {
        EXPECT_TRUE(seen.emplace(datagram.rtp().ssrc(), datagram.rtp().sequence()).second);
    }
}

TEST_F(Pacing, RepeatsWhatWasLostBeforeWhatIsNew) {
    send_large_frame(3);
    pace_for(200ms);
    const std::uint16_t lost = pictures().front();
    const std::uint32_t ssrc = room.sent_to(bob).front().rtp().ssrc();
    send_large_frame(40);
    room.forget();
    room.send_rtcp(bob, [&](ByteWriter& out) { rtcp::write_nack(out, 9, ssrc, std::span(&lost, 1)); });
    EXPECT_TRUE(room.sent_to(bob).empty());
    pace_for(40ms);
    ASSERT_FALSE(room.sent_to(bob).empty());
    EXPECT_NE(room.sent_to(bob).front().rtp().ssrc(), ssrc);
    pace_for(2s);
    EXPECT_EQ(room.counters.retransmissions_sent, 1U);
}

TEST_F(Pacing, ForgetsWhatWaitsWhenItsSourceGoes) {
    send_large_frame(40);
    room.forget();
    room.signal(alice, {Classroom::microphone(alice)});
    pace_for(2s);
    EXPECT_TRUE(pictures().empty());
    EXPECT_FALSE(bob.pacer.waiting());
    EXPECT_GT(room.counters.pacer_dropped, 30U);
}

TEST_F(Pacing, ForgetsWhatWaitsOfAPictureThatNobodyWantsAnyMore) {
    send_large_frame(40);
    const std::uint16_t lost = pictures().front();
    const std::uint32_t ssrc = room.sent_to(bob).front().rtp().ssrc();
    room.send_rtcp(bob, [&](ByteWriter& out) { rtcp::write_nack(out, 9, ssrc, std::span(&lost, 1)); });
    room.forget();
    room.want(bob, 0);
    pace_for(2s);
    EXPECT_TRUE(room.sent_to(bob).empty());
    EXPECT_FALSE(bob.pacer.waiting());
}

TEST_F(Pacing, HoldsNothingBackOnAWideLine) {
    Endpoint& carol = room.join("carol", {.downlink = {.start = 10'000'000}});
    carol.video_extensions.add(rtp::kTransportCcId);
    room.want(carol, 180);
    room.want(bob, 0);
    room.now += 1s;
    room.forget();
    send_large_frame(40);
    EXPECT_EQ(room.counters.pacer_delayed, 0U);
    EXPECT_EQ(room.sent_to(carol).size(), 40U);
}

TEST_F(Pacing, HoldsNothingBackFromWhoeverReportsNothing) {
    Endpoint& carol = room.join("carol", {.downlink = {.start = 100'000}});
    room.want(carol, 180);
    room.want(bob, 0);
    room.now += 1s;
    room.forget();
    send_large_frame(40);
    EXPECT_EQ(room.counters.pacer_delayed, 0U);
    EXPECT_EQ(room.sent_to(carol).size(), 40U);
}

}  // namespace
}  // namespace klassenraum::bridge
