#include "protocol/bridge/fan_out.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;

using Received = std::map<Address, std::vector<std::vector<std::uint8_t>>>;

Received by_receiver(const std::vector<testing::Datagram>& sent) {
    Received received;
    for (const testing::Datagram& datagram : sent) received[datagram.to].push_back(datagram.octets);
    return received;
}

// A frame of five packets of Alice's lowest layer to three others.
struct Lesson {
    Lesson() {
        for (const char* name : {"bob", "carol", "dora"}) room.want(room.join(name), 180);
        room.now += 1s;
        room.send_frame(alice, 0, 1, true);
        for (std::uint16_t number = 2; number < 7; ++number) add(number, 2, 0);
        room.sink.sent.clear();
    }
    // One packet of a frame, the fifth with the marker; longer than usual by so many octets.
    void add(std::uint16_t number, std::uint16_t frame, std::size_t more) {
        std::vector<std::uint8_t> payload = testing::vp8_frame(false, frame, 1);
        payload.resize(payload.size() + more);
        packets.push_back(testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 0),
                                              .sequence = number,
                                              .timestamp = frame * 3000U,
                                              .payload_type = 100,
                                              .marker = number % 5 == 1},
                                             payload));
    }
    void send(FanOut* fan_out) {
        Context context = room.context();
        context.fan_out = fan_out;
        for (auto& packet : packets) receive_rtp(room.conference, alice, packet, context);
        if (fan_out != nullptr) fan_out->flush(context);
    }

    // The `count` packets from `first` on as one batch of `fan_out`, whose octets are gone afterwards.
    void send_batch(FanOut& fan_out, std::size_t first, std::size_t count) {
        Context context = room.context();
        context.fan_out = &fan_out;
        for (std::size_t i = first; i < first + count; ++i) receive_rtp(room.conference, alice, packets[i], context);
        fan_out.finish_batch(context);
        for (std::size_t i = first; i < first + count; ++i) std::ranges::fill(packets[i], std::uint8_t{0xee});
    }

    Classroom room;
    Endpoint& alice = room.join("alice");
    std::vector<std::vector<std::uint8_t>> packets;
};

TEST(FanOut, GivesEachReceiverWhatItWouldHaveGotPacketByPacket) {
    Lesson at_once;
    at_once.send(nullptr);
    Lesson together;
    FanOut fan_out;
    together.send(&fan_out);
    EXPECT_EQ(by_receiver(at_once.room.sink.sent).size(), 3U);
    EXPECT_EQ(by_receiver(together.room.sink.sent), by_receiver(at_once.room.sink.sent));
}

TEST(FanOut, SendsEachReceiverItsPacketsOneBehindTheOther) {
    Lesson lesson;
    FanOut fan_out;
    lesson.send(&fan_out);
    const auto& sent = lesson.room.sink.sent;
    ASSERT_EQ(sent.size(), 15U);
    for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_EQ(sent[i].to == sent[i - 1].to, i % 5 != 0) << i;
}

TEST(FanOut, WaitsForTheRestOfAFrameAndSendsItAsOneRun) {
    Lesson at_once;
    at_once.send(nullptr);
    Lesson lesson;
    FanOut fan_out;
    lesson.send_batch(fan_out, 0, 2);
    EXPECT_TRUE(lesson.room.sink.sent.empty());
    EXPECT_EQ(fan_out.deadline(), lesson.room.now + kFrameHold);
    lesson.send_batch(fan_out, 2, 3);
    EXPECT_EQ(fan_out.deadline(), std::nullopt);
    EXPECT_EQ(by_receiver(lesson.room.sink.sent), by_receiver(at_once.room.sink.sent));
}

TEST(FanOut, WaitsNoLongerThanItMay) {
    Lesson lesson;
    FanOut fan_out;
    lesson.send_batch(fan_out, 0, 2);
    lesson.room.now += kFrameHold;
    lesson.send_batch(fan_out, 2, 1);
    EXPECT_EQ(lesson.room.sink.sent.size(), 9U);
    EXPECT_EQ(fan_out.deadline(), std::nullopt);
}

TEST(FanOut, LengthensThePacketsOfAFrameToTheLongest) {
    Lesson lesson;
    lesson.packets.clear();
    const std::vector<std::size_t> more{100, 101, 101, 100, 20, 120};  // the last two are the next frame
    for (std::uint16_t i = 0; i < more.size(); ++i) lesson.add(i + 2, i < 4 ? 2 : 3, more[i]);
    FanOut fan_out;
    lesson.send(&fan_out);
    const auto sent = by_receiver(lesson.room.sink.sent).begin()->second;
    ASSERT_EQ(sent.size(), more.size());
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(sent[i].size(), sent[0].size()) << i;
    EXPECT_EQ(rtp::Packet::parse(sent[0])->padding_size(), 1U);
    EXPECT_EQ(rtp::Packet::parse(sent[1])->padding_size(), 0U);
    EXPECT_EQ(sent[4].size(), sent[5].size() - 100) << "nobody fills up so much";
}

TEST(FanOut, KeepsAnothersPacketsApart) {
    Lesson lesson;
    Endpoint& erik = lesson.room.join("erik");
    lesson.room.want(erik, 180);
    lesson.room.now += 1s;
    FanOut fan_out;
    Context context = lesson.room.context();
    context.fan_out = &fan_out;
    receive_rtp(lesson.room.conference, lesson.alice, lesson.packets[0], context);
    EXPECT_TRUE(lesson.room.sink.sent.empty());
    auto frame = testing::write_rtp({.ssrc = Classroom::video_ssrc(erik, 0), .sequence = 1, .payload_type = 100},
                                    testing::vp8_frame(true, 1, 1));
    receive_rtp(lesson.room.conference, erik, frame, context);
    EXPECT_GE(lesson.room.sink.sent.size(), 3U);  // Alice's have gone
    const std::size_t before = lesson.room.sink.sent.size();
    fan_out.flush(context);
    EXPECT_GT(lesson.room.sink.sent.size(), before);
}

}  // namespace
}  // namespace klassenraum::bridge
