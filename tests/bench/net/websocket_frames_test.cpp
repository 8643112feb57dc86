#include "bench/net/websocket_frames.hpp"

#include <gtest/gtest.h>

namespace klassenraum::bench {
namespace {

std::string unmasked(std::string frame, std::size_t header) {
    std::string text;
    for (std::size_t i = header + 4; i < frame.size(); ++i) {
        text += static_cast<char>(frame[i] ^ frame[header + (i - header - 4) % 4]);
    }
    return text;
}

// RFC 6455 §5.7: "Hello", masked.
TEST(WebSocketFrames, WritesWhatTheRfcShows) {
    const std::string frame = write_frame(Opcode::Text, "Hello", 0x3d21fa37);
    EXPECT_EQ(frame, std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
}

TEST(WebSocketFrames, WritesLongPayloadsWithLongLengths) {
    const std::string middle(300, 'm');
    EXPECT_EQ(unmasked(write_frame(Opcode::Text, middle, 0x01020304), 4), middle);
    const std::string large(70'000, 'l');
    EXPECT_EQ(unmasked(write_frame(Opcode::Binary, large, 0x01020304), 10), large);
}

TEST(WebSocketFrames, ReadsFragmentsWithAPingBetweenThem) {
    FrameReader reader;
    reader.feed(std::string("\x01\x03Hel", 5));
    reader.feed(std::string("\x89\x02hi", 4));
    reader.feed(std::string("\x80\x02lo", 4));
    const auto ping = reader.next();
    ASSERT_TRUE(ping);
    EXPECT_EQ(ping->opcode, Opcode::Ping);
    const auto text = reader.next();
    ASSERT_TRUE(text);
    EXPECT_EQ(text->payload, "Hello");
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.failed());
}

TEST(WebSocketFrames, ReadsOctetByOctet) {
    FrameReader reader;
    for (const char octet : std::string("\x81\x7e\x00\x80", 4) + std::string(128, 'x')) {
        EXPECT_FALSE(reader.next());
        reader.feed(std::string(1, octet));
    }
    const auto text = reader.next();
    ASSERT_TRUE(text);
    EXPECT_EQ(text->payload.size(), 128U);
}

TEST(WebSocketFrames, GivesUpOnWhatAServerMustNotSend) {
    for (const std::string& bad : {std::string("\x81\x85mask", 6),  // masked
                                   std::string("\xc1\x01x", 3),     // a reserved bit
                                   std::string("\x83\x01x", 3),     // an unknown opcode
                                   std::string("\x80\x01x", 3),     // nothing to go on with
                                   std::string("\x81\x7f\x00\x00\x00\x00\x7f\xff\xff\xff", 10),  // beyond our bound
                                   std::string("\x89\x7e\x00\x80", 4)}) {                        // a long ping
        FrameReader reader;
        reader.feed(bad);
        EXPECT_FALSE(reader.next());
        EXPECT_TRUE(reader.failed());
    }
}

}  // namespace
}  // namespace klassenraum::bench
