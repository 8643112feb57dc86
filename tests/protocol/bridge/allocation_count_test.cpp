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
    for (std::uint16_t number = 2; number < 300; ++number) {
        for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
            packets.push_back(testing::write_rtp({.ssrc = Classroom::video_ssrc(alice, encoding),
                                                  .sequence = number,
                                                  .timestamp = number * 3000U,
                                                  .payload_type = 100,
                                                  .marker = true},
                                                 testing::vp8_frame(number % 100 == 0, number, 1)));
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
    const std::size_t sent_before = room.sink.committed;
    const std::size_t before = allocations;
    Context context = room.context();
    context.fan_out = fan_out;
    for (auto& packet : packets) {
        context.now += 5ms;
        receive_rtp(room.conference, alice, packet, context);
    }
    if (fan_out != nullptr) fan_out->flush(context);
    EXPECT_EQ(allocations - before, 0U);
    EXPECT_GT(room.sink.committed - sent_before, packets.size() / 2);
}

TEST(ForwardingPath, AllocatesNothing) {
    count_allocations(nullptr);
}

TEST(ForwardingPath, AllocatesNothingReceiverByReceiver) {
    FanOut fan_out;
    count_allocations(&fan_out);
}

}  // namespace
}  // namespace klassenraum::bridge
