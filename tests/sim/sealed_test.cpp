// Encodings that nobody takes are hardly decrypted, with real SRTP: nobody sees a difference, whatever is forged.
#include <gtest/gtest.h>

#include "protocol/rtp/packet.hpp"
#include "protocol/transport/demux.hpp"
#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

struct Seen {
    std::uint64_t trace = 0;
    bridge::Counters counters;
    std::vector<Duration> switches;
};

// Anna films; Ben and Cem look at the small picture, then Ben at the large one, and so on. `forger` sees each datagram
// before the server does.
Seen lesson(std::function<void(World&, ByteView, const Address&)> forger = {}) {
    World world(71);
    Browser& anna = world.teacher("Anna");
    Browser& ben = world.learner("Ben", {}, {.camera = {.on = false}});
    world.learner("Cem", {}, {.camera = {.on = false}});
    if (forger) {
        world.overhear(
            {.datagram = [&](ByteView datagram, const Address& from) { forger(world, datagram, from); }, .input = {}});
    }
    Seen seen;
    EXPECT_TRUE(world.run_until([&] { return ben.has_picture_of(anna); }, 8s));
    world.run_for(8s);
    for (const std::int32_t height : {720, 180, 720, 360, 720, 180}) {
        ben.look({.default_height = 180, .on_stage = {anna->video_source()}, .stage_height = height});
        const Instant asked = world.now();
        EXPECT_TRUE(world.run_until([&] { return ben.sees(anna).height == height; }, 4s)) << height;
        seen.switches.push_back(world.now() - asked);
        world.run_for(4s);
    }
    EXPECT_EQ(ben.sees(anna).corrupt, 0U);
    EXPECT_EQ(ben.sees(anna).playing.freezes, 0U);
    seen.trace = world.trace();
    seen.counters = world.counters();
    return seen;
}

std::uint64_t refused(const Seen& seen) {
    const auto& drops = seen.counters.drops;
    return drops[static_cast<std::size_t>(DropReason::SrtpAuthentication)] +
           drops[static_cast<std::size_t>(DropReason::SrtpReplay)];
}

TEST(SealedLayers, AreMostOfWhatNobodyTakesAndTheLayerIsThereAtOnceWhenWishedFor) {
    const Seen seen = lesson();
    EXPECT_GT(seen.counters.packets_left_sealed, seen.counters.packets_received / 8);
    EXPECT_EQ(refused(seen), 0U);
    for (const Duration took : seen.switches) EXPECT_LT(took, 800ms);
}

// Copies of what goes by, with a sequence number from anywhere, and without a key.
TEST(SealedLayers, AreMovedByNoForgery) {
    const Seen untouched = lesson();
    SeededEntropy chance(3);
    std::uint64_t forged = 0;
    const Seen attacked = lesson([&](World& world, ByteView datagram, const Address& from) {
        if (transport::classify(datagram) != transport::Kind::Rtp) return;
        const rtp::Packet packet = *rtp::Packet::parse(datagram);
        for (int i = 0; i < 3; ++i) {
            std::vector<std::uint8_t> copy(datagram.begin(), datagram.end());
            const auto away = static_cast<std::uint16_t>(100 + chance.below(65'400));
            rtp::set_sequence(copy, static_cast<std::uint16_t>(packet.sequence() + away));
            if (i == 1) rtp::set_timestamp(copy, packet.timestamp() + 3000);
            if (i == 2) rtp::set_sequence(copy, static_cast<std::uint16_t>(packet.sequence() - 0x8000));
            world.forge(std::move(copy), from);
            ++forged;
        }
    });
    EXPECT_EQ(attacked.trace, untouched.trace);
    EXPECT_EQ(attacked.counters.packets_left_sealed, untouched.counters.packets_left_sealed);
    EXPECT_EQ(attacked.counters.packets_received, untouched.counters.packets_received);
    EXPECT_EQ(refused(attacked), forged);
}

// Numbers that could be true, ahead of the packet that they copy. They take its place in the count while nobody looks;
// whoever looks then sees the picture as soon as before.
TEST(SealedLayers, AreThereAtOnceWhateverIsClaimedAboutThem) {
    const Seen untouched = lesson();
    const Seen attacked = lesson([&](World& world, ByteView datagram, const Address& from) {
        if (transport::classify(datagram) != transport::Kind::Rtp) return;
        const rtp::Packet packet = *rtp::Packet::parse(datagram);
        for (int ahead = 1; ahead <= 16; ++ahead) {
            std::vector<std::uint8_t> copy(datagram.begin(), datagram.end());
            rtp::set_sequence(copy, static_cast<std::uint16_t>(packet.sequence() + ahead));
            world.forge(std::move(copy), from);
        }
    });
    ASSERT_EQ(attacked.switches.size(), untouched.switches.size());
    for (std::size_t i = 0; i < attacked.switches.size(); ++i) {
        EXPECT_LE(attacked.switches[i], untouched.switches[i] + 40ms) << i;
    }
}

}  // namespace
}  // namespace klassenraum::sim
