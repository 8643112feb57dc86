#include "protocol/rtcp/transport_cc.hpp"

#include <gmock/gmock.h>

#include <map>

#include "protocol/core/entropy.hpp"
#include "tests/protocol/rtp/octets.hpp"

namespace klassenraum::rtcp {
namespace {

using namespace std::chrono_literals;

std::optional<TransportCcFeedback> parse(ByteView datagram) {
    Compound compound(datagram);
    const auto member = compound.next();
    return member ? TransportCcFeedback::parse(*member) : std::nullopt;
}

// The three chunk kinds of the draft's sections 3.1.3 and 3.1.4 in one message: a run of two small deltas, a one-bit
// vector with the first and third received, a two-bit vector with a negative delta.
TEST(TransportCc, ReadsEveryKindOfChunk) {
    const auto bytes = octets(
        "8f cd 0008 00000001 00000002 0005 0012 000002 07"
        "2002 a800 e400"  // 2 statuses, 14, 7 (two of them count)
        "04 08 0c 10 fffc 14 000000");
    const auto feedback = parse(bytes);
    ASSERT_TRUE(feedback);
    EXPECT_EQ(feedback->reference_time(), 128ms);
    EXPECT_EQ(feedback->feedback_count(), 7);
    std::map<int, std::int64_t> received;
    auto walk = *feedback;
    int statuses = 0;
    while (const auto status = walk.next()) {
        ++statuses;
        if (status->received) received[status->sequence] = status->offset.count();
    }
    EXPECT_EQ(statuses, 18);
    const std::map<int, std::int64_t> expected = {{5, 1000}, {6, 3000}, {7, 6000}, {9, 10000}, {21, 9000}, {22, 14000}};
    EXPECT_EQ(received, expected);
}

TEST(TransportCc, RefusesMissingDeltasAndReservedSymbols) {
    EXPECT_FALSE(parse(octets("8f cd 0005 00000001 00000002 0005 0009 000002 07 2009 0404")));
    EXPECT_FALSE(parse(octets("8f cd 0005 00000001 00000002 0005 0001 000002 07 6001 0404")));
    EXPECT_FALSE(parse(octets("8f cd 0004 00000001 00000002 0005 0000 000002 07")));
    EXPECT_FALSE(parse(octets("8f cd 0005 00000001 00000002 0005 0100 000002 07 0001 0000")));
}

TEST(TransportCcRecorder, IsDueAfterAnIntervalOrAFrame) {
    TransportCcRecorder recorder;
    const Instant start(1s);
    EXPECT_FALSE(recorder.deadline());
    recorder.record(1, 9, false, start);
    EXPECT_FALSE(recorder.due(start + 99ms));
    EXPECT_TRUE(recorder.due(start + 100ms));
    recorder.record(2, 9, true, start + 10ms);
    EXPECT_FALSE(recorder.due(start + 49ms));
    EXPECT_TRUE(recorder.due(start + 50ms));
    std::array<std::uint8_t, 1500> buffer{};
    ByteWriter out(buffer);
    EXPECT_TRUE(recorder.write_feedback(out, 1, start + 50ms));
    EXPECT_FALSE(recorder.write_feedback(out, 1, start + 50ms));
    EXPECT_FALSE(recorder.due(start + 10s));
}

// Whatever arrives, in whatever order, is reported with its time to the tick of 250 µs, and nothing else is.
TEST(TransportCcRecorder, ReportsWhatArrived) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SeededEntropy entropy(seed);
        TransportCcRecorder recorder;
        std::map<std::int64_t, Instant> arrived;
        std::map<std::int64_t, std::int64_t> reported;
        rtp::SequenceUnwrapper unwrapper;
        Instant now(Duration(entropy.below(1'000'000'000)));
        if (seed % 2 == 0)
            now = Instant(Duration((std::int64_t{1} << 32) - 3'000'000));  // 32 bits of microseconds wrap
        std::int64_t sequence = 65000 + entropy.below(500);
        (void)unwrapper.unwrap(static_cast<std::uint16_t>(sequence));
        std::array<std::uint8_t, 1500> buffer{};
        for (int round = 0; round < 3000; ++round) {
            now += Duration(entropy.below(seed % 3 == 0 ? 200'000 : 4'000));
            sequence += 1 + (entropy.below(10) == 0 ? entropy.below(40) : 0);
            const std::int64_t late = entropy.below(20) == 0 ? entropy.below(10) : 0;
            if (arrived.emplace(sequence - late, now).second) {
                recorder.record(static_cast<std::uint16_t>(sequence - late), 1, entropy.below(8) == 0, now);
            }
            if (!recorder.due(now)) continue;
            for (ByteWriter out(buffer); recorder.write_feedback(out, 1, now); out = ByteWriter(buffer)) {
                ASSERT_LE(out.position(), kMaxRtcpSize);
                auto feedback = parse(out.written());
                ASSERT_TRUE(feedback);
                while (const auto status = feedback->next()) {
                    if (!status->received) continue;
                    const std::int64_t extended =
                        sequence + rtp::distance(static_cast<std::uint16_t>(sequence), status->sequence);
                    reported[extended] = (feedback->reference_time() + status->offset).count();
                }
            }
        }
        std::size_t behind = 0;
        for (const auto& [number, time] : arrived) {
            if (!reported.contains(number)) {
                ++behind;
                continue;
            }
            const std::int64_t period = (Duration(64ms) * 0x1000000).count();
            const std::int64_t error = (time.time_since_epoch().count() - reported[number]) % period;
            EXPECT_GE(error, 0);
            EXPECT_LT(error, 250);
        }
        EXPECT_LE(behind, 40U) << "only those since the last feedback, seed " << seed;
        for (const auto& [number, time] : reported) EXPECT_TRUE(arrived.contains(number));
    }
}

TEST(TransportCcRecorder, TakesAnyJump) {
    TransportCcRecorder recorder;
    std::array<std::uint8_t, 1500> buffer{};
    SeededEntropy entropy(3);
    for (int i = 0; i < 2000; ++i) {
        recorder.record(static_cast<std::uint16_t>(entropy.u32()), 1, false, Instant(Duration(entropy.u32())));
        ByteWriter out(buffer);
        if (i % 50 == 0 && recorder.write_feedback(out, 1, Instant{})) {
            EXPECT_TRUE(parse(out.written()));
        }
    }
}

}  // namespace
}  // namespace klassenraum::rtcp
