// The forwarding path allocates nothing (house-style.md section 6): this program counts every operator new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "protocol/bridge/fan_out.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace {
std::size_t allocations = 0;

void* counted(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace klassenraum::bridge {
namespace {

using testing::Classroom;

void count_allocations(FanOut* fan_out) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    room.want(room.join("bob"), 720);
    room.want(room.join("carol", {.ssrc_rewriting = true}), 180);
    room.now += 1s;
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) room.send_frame(alice, encoding, 1, true);
    room.send_audio(alice, 1);

    // Prepared outside, so that only the bridge's own work is counted.
    std::vector<std::vector<std::uint8_t>> packets;
    std::size_t warm = 0;
    for (std::uint16_t number = 2; number < 600; ++number) {
        if (number == 300) warm = packets.size();
        for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
            auto payload = testing::vp8_frame(number % 100 == 0, number, 1);
            payload.resize(300);
            packets.push_back(testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, encoding),
                                                  .sequence = number,
                                                  .timestamp = number * 3000U,
                                                  .payload_type = 100,
                                                  .marker = true},
                                                 payload));
        }
        if (number % 7 == 0) continue;  // a loss: NACK
        packets.push_back(testing::write_rtp({.ssrc = Classroom::audio_ssrc(alice),
                                              .sequence = number,
                                              .timestamp = number * 960U,
                                              .payload_type = 111,
                                              .level = 30,
                                              .transport_sequence = number},
                                             std::vector<std::uint8_t>(80)));
    }
    room.sink.keep = false;
    std::size_t sent_before = 0;
    std::size_t before = 0;
    Context context = room.context();
    context.fan_out = fan_out;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (i == warm) {  // what grows with the rate has grown
            sent_before = room.sink.committed;
            before = allocations;
        }
        context.now += 5ms;
        receive_rtp(room.conference, alice, packets[i], context);
    }
    if (fan_out != nullptr) fan_out->flush(context);
    EXPECT_EQ(allocations - before, 0U);
    EXPECT_GT(room.sink.committed - sent_before, (packets.size() - warm) / 2);
}

TEST(ForwardingPath, AllocatesNothing) {
    count_allocations(nullptr);
}

TEST(ForwardingPath, AllocatesNothingReceiverByReceiver) {
    FanOut fan_out;
    count_allocations(&fan_out);
}

// What nobody takes is not decrypted, but noted.
TEST(ForwardingPath, AllocatesNothingForWhatItLeavesEncrypted) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    room.want(room.join("bob"), 180);
    room.now += 1s;
    std::size_t counted = 0;
    std::uint16_t sequence = 0;
    room.sink.keep = false;
    for (std::uint16_t number = 1; number <= 100; ++number) {
        room.send_frame(alice, 0, number, number == 1);
        const std::size_t warm = allocations;
        for (int part = 0; part < 6; ++part) {
            auto packet = testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 2),
                                              .sequence = ++sequence,
                                              .timestamp = number * 3000U,
                                              .payload_type = 100,
                                              .marker = part == 5,
                                              .transport_sequence = sequence},
                                             testing::vp8_frame(number == 1, number, 1));
            Context context = room.context();
            const std::size_t before = allocations;
            const bool left = nobody_takes(alice, packet) && leave_sealed(alice, packet, context);
            if (!left) receive_rtp(room.conference, alice, packet, context);
            counted += allocations - before;
        }
        if (number == 50) counted = 0;
        allocations = warm;
        room.run_for(20ms);
    }
    EXPECT_EQ(counted, 0U);
    EXPECT_GT(room.counters.packets_left_sealed, 300U);
}

// The same with all that congestion control adds: numbers, feedback, and packets that wait for their turn.
TEST(ForwardingPath, AllocatesNothingWithFeedbackAndPacing) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.downlink = {.start = 600'000, .maximum = 600'000}});
    bob.video_extensions.add(rtp::kTransportCcId);
    bob.audio_extensions.add(rtp::kTransportCcId);
    room.want(bob, 180);
    room.now += 1s;
    rtcp::TransportCcRecorder recorder;
    std::size_t counted = 0;
    room.sink.keep = false;
    room.sink.observer = [&](ByteView datagram) {
        const std::size_t before = allocations;
        const auto packet = rtp::Packet::parse(datagram);
        if (const auto sequence = packet ? rtp::transport_sequence(*packet) : std::nullopt) {
            recorder.record(*sequence, packet->ssrc(), packet->marker(), room.now);
        }
        allocations = before;  // the receiver's own
    };
    std::size_t waited = 0;
    const auto frame = [&](std::uint16_t number) {
        std::vector<std::vector<std::uint8_t>> packets;
        for (std::uint16_t part = 0; part < 6; ++part) {
            auto payload = testing::vp8_frame(number == 1 && part == 0, number, static_cast<std::uint8_t>(number));
            if (part != 0) payload[0] = 0x80;
            payload.resize(900, 0x11);
            packets.push_back(testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, 0),
                                                  .sequence = static_cast<std::uint16_t>(number * 6 + part),
                                                  .timestamp = number * 3000U,
                                                  .payload_type = 100,
                                                  .marker = part == 5},
                                                 payload));
        }
        for (auto& packet : packets) {
            Context context = room.context();
            const std::size_t before = allocations;
            receive_rtp(room.conference, alice, packet, context);
            counted += allocations - before;
        }
        for (int tick = 0; tick < 33; ++tick, room.now += 1ms) {
            Context context = room.context();
            waited += bob.pacer.waiting() ? 1U : 0U;
            const std::size_t before = allocations;
            room.conference.pace(context);
            counted += allocations - before;
        }
        std::array<std::uint8_t, 1200> octets{};
        ByteWriter writer(octets);
        if (number % 3 != 0 || !recorder.write_feedback(writer, 9, room.now)) return;
        Context context = room.context();
        const std::size_t before = allocations;
        receive_rtcp(room.conference, bob, writer.written(), context);
        counted += allocations - before;
    };
    for (std::uint16_t number = 1; number <= 90; ++number) frame(number);
    counted = waited = 0;  // what grows with the line has grown
    for (std::uint16_t number = 91; number <= 400; ++number) frame(number);
    EXPECT_EQ(counted, 0U);
    EXPECT_GT(waited, 300U);
    EXPECT_FALSE(bob.downlink.estimator.untested());
    EXPECT_GT(room.counters.pacer_delayed, 300U);
    EXPECT_EQ(room.counters.pacer_dropped, 0U);
}

}  // namespace
}  // namespace klassenraum::bridge
