#include "protocol/sctp/dcep.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace klassenraum::sctp {
namespace {

std::vector<std::uint8_t> open_message(const std::string& label, const std::string& protocol) {
    std::vector<std::uint8_t> message(12 + label.size() + protocol.size());
    ByteWriter out(message);
    out.u8(0x03);
    out.u8(0x00);
    out.u16(256);
    out.u32(0);
    out.u16(static_cast<std::uint16_t>(label.size()));
    out.u16(static_cast<std::uint16_t>(protocol.size()));
    out.bytes(as_bytes(label));
    out.bytes(as_bytes(protocol));
    return message;
}

TEST(Dcep, ReadsTheChannelThatJitsiOpens) {
    const auto message = open_message("JVB data channel", "http://jitsi.org/protocols/colibri");
    const auto open = parse_channel_open(message);
    ASSERT_TRUE(open);
    EXPECT_EQ(open->channel_type, 0);
    EXPECT_EQ(open->priority, 256);
    EXPECT_EQ(open->label, "JVB data channel");
    EXPECT_EQ(open->protocol, "http://jitsi.org/protocols/colibri");
}

TEST(Dcep, RefusesEveryTruncation) {
    const auto message = open_message("label", "protocol");
    for (std::size_t length = 0; length < message.size(); ++length) {
        EXPECT_FALSE(parse_channel_open(ByteView(message).first(length))) << length;
    }
}

TEST(Dcep, RefusesOctetsBehindTheProtocol) {
    auto message = open_message("label", "protocol");
    message.push_back(0);
    EXPECT_FALSE(parse_channel_open(message));
}

TEST(Dcep, RefusesOtherMessageTypesAndLongLabels) {
    auto message = open_message("label", "protocol");
    message[0] = 0x02;
    EXPECT_FALSE(parse_channel_open(message));
    EXPECT_FALSE(parse_channel_open(open_message(std::string(kMaxDcepText + 1, 'x'), "")));
    EXPECT_TRUE(parse_channel_open(open_message(std::string(kMaxDcepText, 'x'), "")));
}

}  // namespace
}  // namespace klassenraum::sctp
