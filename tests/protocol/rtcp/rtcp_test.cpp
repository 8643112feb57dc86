#include <gmock/gmock.h>

#include <vector>

#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/reception.hpp"
#include "protocol/rtcp/remb.hpp"
#include "protocol/rtcp/report.hpp"
#include "tests/protocol/rtp/octets.hpp"

namespace klassenraum::rtcp {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

std::array<std::uint8_t, 2048> buffer{};

Member only_member(const ByteWriter& out) {
    Compound compound(out.written());
    const auto member = compound.next();
    EXPECT_TRUE(member);
    EXPECT_FALSE(compound.next());
    EXPECT_FALSE(compound.malformed());
    return member.value_or(Member{});
}

TEST(Rtcp, WalksOverACompound) {
    const auto bytes = octets("80 c9 0001 00000001  81 ce 0002 00000001 00000002");
    Compound compound(bytes);
    EXPECT_TRUE(compound.next()->is(Type::ReceiverReport));
    const auto member = compound.next();
    ASSERT_TRUE(member);
    EXPECT_EQ(parse_pli(*member)->media_ssrc, 2U);
    EXPECT_FALSE(compound.next());
    EXPECT_FALSE(compound.malformed());
}

TEST(Rtcp, EndsAtTheFirstMalformedMember) {
    const auto bytes = octets("80 c9 0001 00000001  81 ce 0009 00000001 00000002  81 ce 0002 00000001 00000002");
    Compound compound(bytes);
    EXPECT_TRUE(compound.next());
    EXPECT_FALSE(compound.next());
    EXPECT_TRUE(compound.malformed());
    EXPECT_FALSE(compound.next());
}

TEST(Rtcp, BoundsTheMembers) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 100; ++i) {
        for (const std::uint8_t octet : octets("80 c9 0001 00000001")) bytes.push_back(octet);
    }
    Compound compound(bytes);
    std::size_t members = 0;
    while (compound.next()) ++members;
    EXPECT_EQ(members, kMaxMembers);
    EXPECT_TRUE(compound.malformed());
}

TEST(Rtcp, ChecksPadding) {
    const auto padded = octets("a1 ce 0003 00000001 00000002 00000004");
    EXPECT_EQ(Compound(padded).next()->body.size(), 8U);
    const auto chromium = octets("af cd 0003 00000001 00000002 0001 0002");
    EXPECT_EQ(Compound(chromium).next()->body.size(), 10U) << "feedback padded by two octets, as Chromium sends it";
    EXPECT_FALSE(Compound(octets("a1 ce 0002 00000001 00000000")).next());
    EXPECT_FALSE(Compound(octets("a1 ce 0002 00000001 00000010")).next());
}

TEST(Report, RoundTrips) {
    const ReportBlock block{.ssrc = 7,
                            .fraction_lost = 3,
                            .cumulative_lost = -5,
                            .highest_sequence = 99,
                            .jitter = 4,
                            .last_sender_report = 5,
                            .delay_since_sender_report = 6};
    ByteWriter out(buffer);
    const SenderReport report{
        .ssrc = 1, .ntp = {0x1122334455667788}, .rtp_timestamp = 9, .packet_count = 10, .octet_count = 11};
    write_sender_report(out, report, std::span(&block, 1));
    const Member member = only_member(out);
    const auto parsed = parse_sender_report(member);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->ntp.value, report.ntp.value);
    EXPECT_EQ(parsed->octet_count, 11U);
    const auto blocks = parse_report_blocks(member);
    ASSERT_TRUE(blocks);
    ASSERT_EQ(blocks->count, 1U);
    EXPECT_EQ(blocks->blocks[0], block);
}

TEST(Report, WritesAtMostThirtyOneBlocks) {
    const std::vector<ReportBlock> blocks(40);
    ByteWriter out(buffer);
    write_receiver_report(out, 1, blocks);
    EXPECT_EQ(parse_report_blocks(only_member(out))->count, 31U);
}

TEST(Report, RefusesFewerBlocksThanPromised) {
    EXPECT_FALSE(parse_report_blocks(*Compound(octets("82 c9 0001 00000001")).next()));
}

TEST(Report, SaysNameAndGoodbye) {
    for (const std::string_view name : {"", "a", "ab", "abc", "abcdefgh"}) {
        ByteWriter out(buffer);
        write_cname(out, 5, name);
        EXPECT_EQ(parse_cname(only_member(out)), name);
    }
    ByteWriter out(buffer);
    const std::uint32_t ssrcs[] = {1, 2};
    write_bye(out, ssrcs);
    EXPECT_EQ(parse_bye(only_member(out))->ssrcs[1], 2U);
}

// RFC 3550 §6.4.1, the figure of the round-trip time: 0xb710:8000 − 0x0005:4000 − 0xb705:2000 = 0x0006:2000 = 6.125 s.
TEST(Report, ComputesTheRoundTripOfTheFigure) {
    const ReportBlock block{.last_sender_report = 0xb7052000, .delay_since_sender_report = 0x00054000};
    EXPECT_EQ(round_trip(block, NtpTime{0x0000b710'80000000}), Duration(6'125'000));
    EXPECT_FALSE(round_trip(ReportBlock{}, NtpTime{1}));
}

TEST(Ntp, KnowsTheEpoch) {
    EXPECT_EQ(NtpTime::from(WallTime{0}).value >> 32, 2'208'988'800U);
    const NtpTime a = NtpTime::from(WallTime{1'700'000'000'123'456});
    const NtpTime b = NtpTime::from(WallTime{1'700'000'001'000'000});
    EXPECT_EQ(difference(b, a), Duration(876'544));
    EXPECT_EQ(difference(a, b), Duration(-876'544));
}

TEST(Reception, CountsLossAndJitter) {
    Reception reception(90000);
    rtp::SequenceUnwrapper unwrapper;
    Instant now(std::chrono::seconds(1));
    for (std::uint16_t i = 0; i < 100; ++i) {
        if (i % 4 == 3) continue;
        reception.record(unwrapper.unwrap(static_cast<std::uint16_t>(65500 + i)), i * 900U, now + i * Duration(10'000));
    }
    const auto block = reception.report(9, now);
    ASSERT_TRUE(block);
    EXPECT_EQ(block->highest_sequence, 0x10000U + 62);
    EXPECT_EQ(block->cumulative_lost, 24);  // the hundredth is not known to be missing
    EXPECT_EQ(block->fraction_lost, 24 * 256 / 99);
    EXPECT_EQ(block->jitter, 0U);
    EXPECT_EQ(reception.report(9, now)->fraction_lost, 0);
}

TEST(Nack, PacksAndUnpacks) {
    const std::vector<std::uint16_t> wanted = {65530, 65531, 10, 11, 26, 27, 4000};
    ByteWriter out(buffer);
    write_nack(out, 1, 2, wanted);
    EXPECT_EQ(out.position(), 12U + 3 * 4);
    const auto nack = parse_nack(only_member(out));
    ASSERT_TRUE(nack);
    EXPECT_EQ(nack->media_ssrc, 2U);
    std::vector<std::uint16_t> seen;
    nack->for_each([&](std::uint16_t sequence) { seen.push_back(sequence); });
    EXPECT_THAT(seen, ElementsAreArray(wanted));
}

TEST(KeyFrameRequest, RoundTrips) {
    ByteWriter fir(buffer);
    write_fir(fir, 1, {.media_ssrc = 5, .sequence = 200});
    const auto parsed = parse_fir(only_member(fir));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->entries[0].media_ssrc, 5U);
    EXPECT_EQ(parsed->entries[0].sequence, 200);
    ByteWriter pli(buffer);
    write_pli(pli, 1, 6);
    EXPECT_EQ(parse_pli(only_member(pli))->media_ssrc, 6U);
}

TEST(Remb, RoundTripsAndRefusesAbsurdity) {
    const std::uint32_t ssrcs[] = {3, 4};
    for (const std::uint64_t rate : {0ULL, 262'143ULL, 2'500'000ULL, 10'000'000'000ULL}) {
        ByteWriter out(buffer);
        write_remb(out, 1, rate, ssrcs);
        const auto remb = parse_remb(only_member(out));
        ASSERT_TRUE(remb);
        EXPECT_EQ(remb->count, 2U);
        EXPECT_LE(remb->bitrate_bps, rate);
        EXPECT_GE(remb->bitrate_bps + remb->bitrate_bps / 100'000, rate * 99'999 / 100'000);
    }
    EXPECT_FALSE(parse_remb(*Compound(octets("8f ce 0004 00000001 00000000 52454d42 00 ffffff")).next()));
}

}  // namespace
}  // namespace klassenraum::rtcp
