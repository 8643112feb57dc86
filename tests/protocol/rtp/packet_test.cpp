#include "protocol/rtp/packet.hpp"

#include <gmock/gmock.h>

#include "protocol/rtp/forward.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/rtp/red.hpp"
#include "protocol/rtp/rtx.hpp"
#include "protocol/rtp/sequence.hpp"
#include "tests/protocol/rtp/octets.hpp"

namespace klassenraum::rtp {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(RtpPacket, ReadsTheFixedHeader) {
    const auto bytes = octets("80 e4 1234 89abcdef 01020304 aabb");
    const auto packet = Packet::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->marker());
    EXPECT_EQ(packet->payload_type(), 100);
    EXPECT_EQ(packet->sequence(), 0x1234);
    EXPECT_EQ(packet->timestamp(), 0x89abcdefU);
    EXPECT_EQ(packet->ssrc(), 0x01020304U);
    EXPECT_THAT(packet->payload(), ElementsAre(0xaa, 0xbb));
    EXPECT_FALSE(packet->padding_only());
}

TEST(RtpPacket, SkipsContributingSourcesAndExtension) {
    const auto bytes = octets("92 6f 0001 00000002 00000003 0000000a 0000000b bede 0001 10 85 00 00 cc");
    const auto packet = Packet::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->csrc_count(), 2U);
    EXPECT_EQ(packet->csrc(1), 11U);
    EXPECT_THAT(packet->payload(), ElementsAre(0xcc));
    const auto level = audio_level(*packet);
    ASSERT_TRUE(level);
    EXPECT_TRUE(level->voice);
    EXPECT_EQ(level->level, 5);
}

TEST(RtpPacket, TakesPaddingAway) {
    auto bytes = octets("a0 64 0001 00000002 00000003 cc dd 00 00 03");
    const auto packet = Packet::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_THAT(packet->payload(), ElementsAre(0xcc, 0xdd));
    EXPECT_EQ(packet->padding_size(), 3U);
    const MutableBytes stripped = strip_padding(bytes, *packet);
    EXPECT_EQ(Packet::parse(stripped)->padding_size(), 0U);
    EXPECT_EQ(stripped.size(), 14U);
}

TEST(RtpPacket, KnowsPaddingOnlyPackets) {
    EXPECT_TRUE(Packet::parse(octets("a0 64 0001 00000002 00000003 00 00 03"))->padding_only());
}

TEST(RtpPacket, RefusesWhatDoesNotFit) {
    EXPECT_FALSE(Packet::parse({}));
    EXPECT_FALSE(Packet::parse(octets("80 64 0001 00000002 000000")));         // short
    EXPECT_FALSE(Packet::parse(octets("40 64 0001 00000002 00000003 00")));    // version 1
    EXPECT_FALSE(Packet::parse(octets("81 64 0001 00000002 00000003 0000")));  // CSRC missing
    EXPECT_FALSE(Packet::parse(octets("90 64 0001 00000002 00000003 bede 0002 00000000")));
    EXPECT_FALSE(Packet::parse(octets("a0 64 0001 00000002 00000003 cc 00")));  // padding of none
    EXPECT_FALSE(Packet::parse(octets("a0 64 0001 00000002 00000003 cc 03")));  // more padding than payload
    EXPECT_FALSE(Packet::parse(octets("a0 64 0001 00000002 00000003")));
}

// RFC 8285 §4.2, the figure with three elements: one octet, two octets with padding between, four octets.
TEST(HeaderExtension, ReadsTheOneByteFigure) {
    const auto block = octets("10 aa 21 bb cc 00 00 33 01 02 03 04");
    HeaderExtensions walk(kOneByteProfile, block);
    auto element = walk.next();
    EXPECT_EQ(element->id, 1);
    EXPECT_THAT(element->data, ElementsAre(0xaa));
    element = walk.next();
    EXPECT_EQ(element->id, 2);
    EXPECT_THAT(element->data, ElementsAre(0xbb, 0xcc));
    element = walk.next();
    EXPECT_EQ(element->id, 3);
    EXPECT_THAT(element->data, ElementsAre(1, 2, 3, 4));
    EXPECT_FALSE(walk.next());
    EXPECT_TRUE(walk.find(1));
}

// RFC 8285 §4.3: an empty element, one octet, padding, four octets.
TEST(HeaderExtension, ReadsTheTwoByteFigure) {
    const auto block = octets("01 00 02 01 bb 00 03 04 01 02 03 04");
    const HeaderExtensions extensions(0x1007, block);
    EXPECT_EQ(extensions.find(1)->size(), 0U);
    EXPECT_THAT(*extensions.find(2), ElementsAre(0xbb));
    EXPECT_EQ(extensions.find(3)->size(), 4U);
}

TEST(HeaderExtension, StopsAtIdFifteenAndAtWhatDoesNotFit) {
    EXPECT_FALSE(HeaderExtensions(kOneByteProfile, octets("f0 00 10 aa")).find(1));
    EXPECT_FALSE(HeaderExtensions(kOneByteProfile, octets("1f aa bb cc")).find(1));
    EXPECT_FALSE(HeaderExtensions(kTwoByteProfile, octets("01 05 aa bb")).find(1));
    EXPECT_FALSE(HeaderExtensions(0x1234, octets("10 aa 00 00")).find(1));
}

TEST(HeaderExtension, WritesTwoByteFormOnlyWhereNeeded) {
    const std::vector<std::uint8_t> longer(17, 7);
    for (const std::size_t size : {16U, 17U}) {
        HeaderExtensionWriter writer;
        writer.add(1, ByteView(longer).first(1));
        writer.add(11, ByteView(longer).first(size));
        std::vector<std::uint8_t> out(64);
        ByteWriter to(out);
        writer.write(to);
        EXPECT_EQ(to.position(), writer.size());
        const auto profile = static_cast<std::uint16_t>(out[0] << 8 | out[1]);
        EXPECT_EQ(profile, size == 16 ? kOneByteProfile : kTwoByteProfile);
        const HeaderExtensions back(profile, ByteView(out).subspan(4, to.position() - 4));
        EXPECT_EQ(back.find(1)->size(), 1U);
        EXPECT_EQ(back.find(11)->size(), size);
    }
}

TEST(Sequence, UnwrapsAcrossTheEnd) {
    SequenceUnwrapper unwrapper;
    const std::int64_t first = unwrapper.unwrap(65534);
    EXPECT_EQ(unwrapper.unwrap(1), first + 3);
    EXPECT_EQ(unwrapper.unwrap(65535), first + 1);
    EXPECT_EQ(unwrapper.unwrap(2), first + 4);
    EXPECT_TRUE(newer<std::uint16_t>(3, 65000));
    EXPECT_FALSE(newer<std::uint32_t>(7, 7));
}

class Forwarding : public ::testing::Test {
protected:
    // Audio level, abs-send-time, transport-cc, mid; an unknown extension 9.
    std::vector<std::uint8_t> source_ = octets(
        "b0 6f 0001 00000002 00000003 bede 0005 10 85 32 010203 51 1234 a1 6130 90 77 00 00 00 00 00 00 aa bb 00 02");
    std::array<std::uint8_t, 1536> slot_{};
    ForwardHeader header_{
        .ssrc = 77, .timestamp = 88, .sequence = 99, .payload_type = 111, .marker = true, .original_sequence = {}};
};

TEST_F(Forwarding, KeepsOnlyWhatTheReceiverAccepted) {
    const auto packet = Packet::parse(source_);
    ASSERT_TRUE(packet);
    ForwardExtensions extensions;
    extensions.accepted.add(kAudioLevelId);
    extensions.accepted.add(kTransportCcId);
    extensions.transport_sequence = 0x4321;
    extensions.mid = "a0";
    const Written written = write_forwarded(*packet, header_, extensions, slot_);
    ASSERT_TRUE(written);
    const auto out = Packet::parse(ByteView(slot_).first(written.size));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->ssrc(), 77U);
    EXPECT_EQ(out->timestamp(), 88U);
    EXPECT_EQ(out->sequence(), 99);
    EXPECT_TRUE(out->marker());
    EXPECT_EQ(audio_level(*out)->level, 5);
    EXPECT_EQ(transport_sequence(*out), 0x4321);
    EXPECT_FALSE(out->extension(kMidId));
    EXPECT_FALSE(out->extension(kAbsSendTimeId));
    EXPECT_FALSE(out->extension(9));
    EXPECT_EQ(out->padding_size(), 0U);
    EXPECT_THAT(out->payload(), ElementsAre(0xaa, 0xbb));
}

TEST_F(Forwarding, RoundTripsThroughRetransmission) {
    const auto packet = Packet::parse(source_);
    header_.original_sequence = 5000;
    const Written written = write_forwarded(*packet, header_, {}, slot_);
    ASSERT_TRUE(written);
    const MutableBytes rtx = MutableBytes(slot_).first(written.size);
    const auto media = decapsulate_rtx(rtx, *Packet::parse(rtx), 3, 111);
    ASSERT_TRUE(media);
    const auto out = Packet::parse(*media);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->sequence(), 5000);
    EXPECT_EQ(out->ssrc(), 3U);
    EXPECT_THAT(out->payload(), ElementsAre(0xaa, 0xbb));
}

TEST_F(Forwarding, RefusesASlotThatIsTooSmall) {
    EXPECT_FALSE(write_forwarded(*Packet::parse(source_), header_, {}, MutableBytes(slot_).first(13)));
}

TEST_F(Forwarding, WritesPaddingThatParses) {
    const Written written = write_padding(header_, {}, 200, slot_);
    const auto out = Packet::parse(ByteView(slot_).first(written.size));
    ASSERT_TRUE(out);
    EXPECT_TRUE(out->padding_only());
    EXPECT_EQ(out->padding_size(), 200U);
}

TEST(Retransmission, OfNothingIsNothing) {
    auto probe = octets("a0 60 0001 00000002 00000003 00 00 00 04");
    EXPECT_FALSE(decapsulate_rtx(probe, *Packet::parse(probe), 1, 100));
    auto empty = octets("80 60 0001 00000002 00000003 1234");
    EXPECT_FALSE(decapsulate_rtx(empty, *Packet::parse(empty), 1, 100));
}

// RFC 2198 §3 and §4: one redundant block of two octets, 960 ticks old, before the primary.
TEST(Red, SplitsBlocks) {
    const auto payload = octets("ef 0f 00 02 6f a1a2 b1b2b3");
    const auto red = parse_red(payload);
    ASSERT_TRUE(red);
    ASSERT_EQ(red->count, 2U);
    EXPECT_EQ(red->blocks[0].payload_type, 111);
    EXPECT_EQ(red->blocks[0].timestamp_offset, 960);
    EXPECT_THAT(red->blocks[0].data, ElementsAre(0xa1, 0xa2));
    EXPECT_THAT(red->primary().data, ElementsAre(0xb1, 0xb2, 0xb3));
    EXPECT_FALSE(parse_red(octets("ef 0f 00 09 6f a1")));
    EXPECT_FALSE(parse_red(octets("ef 0f 00")));
}

TEST(AbsSendTime, CountsSixtyFourSeconds) {
    EXPECT_EQ(abs_send_time(Instant(std::chrono::seconds(1))), 1U << 18);
    EXPECT_EQ(abs_send_time(Instant(std::chrono::milliseconds(64'500))), 1U << 17);
}

}  // namespace
}  // namespace klassenraum::rtp
