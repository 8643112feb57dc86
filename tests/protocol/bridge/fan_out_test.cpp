#include "protocol/bridge/fan_out.hpp"

#include <gtest/gtest.h>

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
        for (std::uint16_t number = 2; number < 7; ++number) {
            packets.push_back(testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 0),
                                                  .sequence = number,
                                                  .timestamp = 2 * 3000U,
                                                  .payload_type = 100,
                                                  .marker = number == 6},
                                                 testing::vp8_frame(false, 2, 1)));
        }
        room.sink.sent.clear();
    }
    void send(FanOut* fan_out) {
        Context context = room.context();
        context.fan_out = fan_out;
        for (auto& packet : packets) receive_rtp(room.conference, alice, packet, context);
        if (fan_out != nullptr) fan_out->flush(context);
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
