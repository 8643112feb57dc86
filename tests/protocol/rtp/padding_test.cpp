#include "protocol/rtp/padding.hpp"

#include <gtest/gtest.h>

#include <array>

#include "protocol/rtp/packet.hpp"

namespace klassenraum::rtp {
namespace {

TEST(Padding, IsTakenOffByWhoParsesAndNeverAddedTwice) {
    std::array<std::uint8_t, 64> slot{0x80, 100, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 7, 8, 9};
    std::ranges::fill(std::span(slot).subspan(15), std::uint8_t{0xaa});
    for (const std::size_t octets : {std::size_t{1}, std::size_t{5}}) {
        slot[0] = 0x80;
        ASSERT_EQ(add_padding(slot, 15, octets), 15 + octets);
        const auto packet = Packet::parse(MutableBytes(slot).first(15 + octets));
        ASSERT_TRUE(packet);
        ASSERT_EQ(packet->payload().size(), 3U);
        EXPECT_EQ(packet->payload()[2], 9);
        EXPECT_EQ(add_padding(slot, 15 + octets, 2), 15 + octets);
    }
    slot[0] = 0x80;
    EXPECT_EQ(add_padding(slot, 15, 0), 15U);
    EXPECT_EQ(add_padding(slot, 15, 50), 15U);
    EXPECT_EQ(slot[0], 0x80);
}

}  // namespace
}  // namespace klassenraum::rtp
