#include "bench/wire/router.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace klassenraum::bench {
namespace {

// IPv4 without options, UDP with four octets of content.
std::vector<std::uint8_t> packet(std::uint16_t source, std::uint16_t destination) {
    const auto high = [](std::uint16_t port) { return static_cast<std::uint8_t>(port >> 8); };
    const auto low = [](std::uint16_t port) { return static_cast<std::uint8_t>(port); };
    return {0x45,
            0,
            0,
            32,
            0,
            0,
            0,
            0,
            64,
            17,
            0,
            0,
            198,
            18,
            7,
            2,
            198,
            18,
            7,
            1,
            high(source),
            low(source),
            high(destination),
            low(destination),
            0,
            12,
            0,
            0,
            1,
            2,
            3,
            4};
}

std::uint16_t word(const std::vector<std::uint8_t>& octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets.at(at) << 8 | octets.at(at + 1));
}

// RFC 768: over the addresses, the protocol, the length and the datagram; 0xffff when it is right.
std::uint16_t sum(const std::vector<std::uint8_t>& octets) {
    std::uint32_t total = 17 + word(octets, 24);
    for (std::size_t at = 12; at < octets.size(); at += 2) total += word(octets, at);
    while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
    return static_cast<std::uint16_t>(total);
}

void seal(std::vector<std::uint8_t>& octets) {
    const auto checksum = static_cast<std::uint16_t>(~sum(octets));
    octets[26] = static_cast<std::uint8_t>(checksum >> 8);
    octets[27] = static_cast<std::uint8_t>(checksum);
}

TEST(Router, PassesPacketsAsTheyAreBeforeItRestarts) {
    Router router;
    auto out = packet(5000, 10000);
    const auto before = out;
    router.outward(out);
    EXPECT_EQ(out, before);
    auto in = packet(10000, 5000);
    EXPECT_TRUE(router.inward(in));
}

TEST(Router, GivesAnotherPortAndFindsTheWayBack) {
    Router router;
    router.rebind();
    auto out = packet(65000, 10000);
    seal(out);
    router.outward(out);
    const std::uint16_t outer = word(out, 20);
    EXPECT_NE(outer, 65000);
    EXPECT_EQ(sum(out), 0xffff);
    auto in = packet(10000, outer);
    seal(in);
    ASSERT_TRUE(router.inward(in));
    EXPECT_EQ(word(in, 22), 65000);
    EXPECT_EQ(sum(in), 0xffff);
}

TEST(Router, ForgetsItsPortsWhenItRestarts) {
    Router router;
    router.rebind();
    auto out = packet(5000, 10000);
    router.outward(out);
    const std::uint16_t before = word(out, 20);
    router.rebind();
    auto again = packet(5000, 10000);
    router.outward(again);
    EXPECT_NE(word(again, 20), before);
    auto late = packet(10000, before);
    EXPECT_FALSE(router.inward(late));
}

TEST(Router, LeavesWhatIsNoUdpAlone) {
    Router router;
    router.rebind();
    for (std::vector<std::uint8_t> odd : {std::vector<std::uint8_t>{}, std::vector<std::uint8_t>(20, 0x45)}) {
        const auto before = odd;
        router.outward(odd);
        EXPECT_EQ(odd, before);
        EXPECT_TRUE(router.inward(odd));
    }
    auto tcp = packet(5000, 10000);
    tcp[9] = 6;
    const auto before = tcp;
    router.outward(tcp);
    EXPECT_EQ(tcp, before);
}

}  // namespace
}  // namespace klassenraum::bench
