#include <gmock/gmock.h>

#include "tests/protocol/projection/streams.hpp"

namespace klassenraum::projection {
namespace {

using namespace std::chrono_literals;
using test::Receiver;
using test::SentPacket;
using test::Vp8Sender;

constexpr std::uint32_t kPictureTicks = 3000;

class Simulcast : public ::testing::Test {
protected:
    // Sends `pictures` pictures without any disturbance.
    void play(int pictures) {
        for (int i = 0; i < pictures; ++i) {
            ticks_ += kPictureTicks;
            now_ += 33'333us;
            for (const SentPacket& packet : sender_.picture(ticks_)) last_ = receiver_.offer(packet, now_);
        }
    }
    void key_frame_on(std::uint8_t encoding) { sender_.encodings[encoding].key_wanted = true; }

    SeededEntropy entropy_{1};
    Vp8Sender sender_{entropy_};
    Receiver receiver_{65530};
    Instant now_{1s};
    std::uint32_t ticks_ = 0;
    Result<Projection, DropReason> last_ = failure(DropReason::None);
};

TEST_F(Simulcast, SendsNothingWithoutATarget) {
    play(5);
    EXPECT_TRUE(receiver_.received.empty());
    EXPECT_EQ(last_.error(), DropReason::NotSubscribed);
}

TEST_F(Simulcast, BeginsWithAKeyFrameAndTheFirstNumber) {
    play(1);
    receiver_.projection.set_target(Target{.encoding = 1});
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 1);
    play(3);
    EXPECT_TRUE(receiver_.received.empty());
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 1);
    key_frame_on(1);
    play(3);
    ASSERT_FALSE(receiver_.received.empty());
    EXPECT_EQ(receiver_.received.begin()->second.sequence, 65530);
    EXPECT_EQ(receiver_.received.begin()->second.timestamp, 1000U);
    EXPECT_FALSE(receiver_.projection.needs_key_frame());
    receiver_.check();
}

TEST_F(Simulcast, KeepsTheEncodingUntilTheOtherBegins) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(5);
    receiver_.projection.set_target(Target{.encoding = 2});
    const std::size_t before = receiver_.received.size();
    play(5);
    EXPECT_EQ(receiver_.projection.encoding(), 0);
    EXPECT_GE(receiver_.received.size(), before + 5);
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 2);
    key_frame_on(2);
    play(5);
    EXPECT_EQ(receiver_.projection.encoding(), 2);
    EXPECT_FALSE(receiver_.projection.needs_key_frame());
    receiver_.projection.set_target(Target{.encoding = 1});
    play(5);
    EXPECT_EQ(receiver_.projection.encoding(), 2);
    key_frame_on(1);
    play(5);
    EXPECT_EQ(receiver_.projection.encoding(), 1);
    EXPECT_TRUE(receiver_.holes.empty());
    receiver_.check();
}

TEST_F(Simulcast, TakesTheNextBestUntilTheTargetComes) {
    play(1);
    receiver_.projection.set_target(Target{.encoding = 2});
    play(1);
    key_frame_on(0);
    play(1);
    EXPECT_EQ(receiver_.projection.encoding(), 0);
    play(20);
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 2) << "the target's packets pass by";
    key_frame_on(2);
    play(1);
    EXPECT_EQ(receiver_.projection.encoding(), 2);
    receiver_.check();
}

TEST_F(Simulcast, PausesAtOnceAndResumesAtAKeyFrame) {
    receiver_.projection.set_target(Target{.encoding = 2});
    play(5);
    receiver_.projection.set_target(std::nullopt);
    const std::size_t before = receiver_.received.size();
    play(30);
    EXPECT_EQ(receiver_.received.size(), before);
    receiver_.projection.set_target(Target{.encoding = 2});
    play(2);
    EXPECT_EQ(receiver_.received.size(), before);
    key_frame_on(2);
    play(2);
    EXPECT_GT(receiver_.received.size(), before);
    EXPECT_TRUE(receiver_.holes.empty());
    receiver_.check();
    // The pause is as long on the wire as it was on the sender's clock.
    const auto first = receiver_.received.begin()->second.timestamp;
    EXPECT_EQ(receiver_.received.rbegin()->second.timestamp - first, 38 * kPictureTicks + 2 * 90)
        << "three encodings of the first picture, each a millisecond later";
}

TEST_F(Simulcast, AlignsEncodingsThroughSenderReports) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(3);
    for (std::uint8_t encoding = 0; encoding < kMaxEncodings; ++encoding) {
        // Each report a little later than the one before, as senders do.
        receiver_.parser.clock().record(encoding,
                                        sender_.encodings[encoding].timestamp_offset + ticks_ + encoding * 900U,
                                        (std::uint64_t{5000} << 32) + encoding * ((std::uint64_t{1} << 32) / 100));
    }
    now_ += 400ms;  // our clock sees a delay that the sender's does not
    receiver_.projection.set_target(Target{.encoding = 2});
    key_frame_on(2);
    play(1);
    ASSERT_EQ(receiver_.projection.encoding(), 2);
    const auto first = receiver_.received.begin()->second.timestamp;
    // The same picture went out in the lower encoding just before, so the new one is a millisecond later.
    EXPECT_EQ(receiver_.received.rbegin()->second.timestamp - first, 3 * kPictureTicks + 90);
    EXPECT_EQ(receiver_.projection.translate_timestamp(2, sender_.encodings[2].timestamp_offset + ticks_),
              receiver_.received.rbegin()->second.timestamp);
    EXPECT_FALSE(receiver_.projection.translate_timestamp(0, 1));
}

TEST_F(Simulcast, EstimatesTheStepWithoutReports) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(3);
    const auto last = receiver_.received.rbegin()->second.timestamp;
    now_ += 467ms;
    receiver_.projection.set_target(Target{.encoding = 1});
    key_frame_on(1);
    ticks_ += kPictureTicks;
    now_ += 33ms;
    for (const SentPacket& packet : sender_.picture(ticks_)) {
        if (packet.encoding == 1) (void)receiver_.offer(packet, now_);
    }
    EXPECT_EQ(receiver_.received.rbegin()->second.timestamp - last, 500 * 90U);
}

TEST_F(Simulcast, LeavesOutTemporalLayersWithoutGaps) {
    receiver_.projection.set_target(Target{.encoding = 0, .temporal = 0});
    play(40);
    for (const auto& [number, packet] : receiver_.received) EXPECT_EQ(packet.vp8.temporal, 0);
    receiver_.projection.set_target(Target{.encoding = 0, .temporal = 2});
    play(40);
    EXPECT_EQ(receiver_.received.rbegin()->second.vp8.temporal, 2);
    receiver_.projection.set_target(Target{.encoding = 0, .temporal = 1});
    play(41);
    EXPECT_LE(receiver_.received.rbegin()->second.vp8.temporal, 1);
    EXPECT_TRUE(receiver_.holes.empty());
    receiver_.check();
}

TEST_F(Simulcast, RemapsToAnotherSource) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(5);
    const auto last = receiver_.received.rbegin()->second;
    Vp8Sender other(entropy_);
    VideoParser parser;
    receiver_.projection.remap();
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 0);
    EXPECT_FALSE(receiver_.projection.locate(last.sequence)) << "the old source's packets are not this one's";
    now_ += 1s;
    const auto packet = other.picture(77).front();
    const auto video = parser.parse(*rtp::Packet::parse(packet.bytes), 0);
    const auto projected = receiver_.projection.project(*video, now_);
    ASSERT_TRUE(projected);
    EXPECT_EQ(projected->sequence, static_cast<std::uint16_t>(last.sequence + 1));
    EXPECT_EQ(projected->timestamp - last.timestamp, 90'000U);
    EXPECT_EQ(projected->number, (*last.vp8.picture_id + 1) & 0x7fff);
    EXPECT_EQ(projected->tl0_picture_index, static_cast<std::uint8_t>(*last.vp8.tl0_picture_index + 1));
}

TEST_F(Simulcast, FindsWhatAReceiverMisses) {
    receiver_.projection.set_target(Target{.encoding = 0});
    std::vector<SentPacket> lost;
    for (int i = 0; i < 40; ++i) {
        ticks_ += kPictureTicks;
        now_ += 33ms;
        for (const SentPacket& packet : sender_.picture(ticks_)) {
            if (packet.encoding != 0) continue;
            if (i > 0 && entropy_.below(5) == 0) {
                lost.push_back(packet);
            } else {
                (void)receiver_.offer(packet, now_);
            }
        }
    }
    ASSERT_GT(receiver_.holes.size(), 5U);
    const std::size_t holes = receiver_.holes.size();
    // The sender repeats what was lost: everything before the end finds its place.
    for (const SentPacket& packet : lost) (void)receiver_.offer(packet, now_);
    EXPECT_TRUE(receiver_.holes.empty()) << "of " << holes;
    EXPECT_EQ(receiver_.unexplained_holes, 0U);
    receiver_.check();
}

TEST_F(Simulcast, SendsTheSameAgain) {
    receiver_.projection.set_target(Target{.encoding = 0});
    std::vector<SentPacket> all;
    std::vector<std::optional<Projection>> first;
    for (int i = 0; i < 30; ++i) {
        ticks_ += kPictureTicks;
        now_ += 33ms;
        for (const SentPacket& packet : sender_.picture(ticks_)) {
            const auto out = receiver_.offer(packet, now_);
            if (!out) continue;
            all.push_back(packet);
            first.push_back(*out);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto input = receiver_.projection.locate(first[i]->sequence);
        ASSERT_TRUE(input);
        const auto packet = rtp::Packet::parse(all[i].bytes);
        EXPECT_EQ(input->sequence, packet->sequence());
        const auto again = receiver_.projection.project_again(*receiver_.parser.parse(*packet, input->encoding), now_);
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, *first[i]);
    }
}

// However many frames and packets that is: at first 30 pictures a second, then 100.
TEST_F(Simulcast, SendsTheSameAgainForAsLongAsItIsKept) {
    receiver_.projection.set_target(Target{.encoding = 0});
    struct Sent {
        Instant at;
        std::vector<std::uint8_t> bytes;
        Projection out;
    };
    std::vector<Sent> all;
    for (int i = 0; i < 700; ++i) {
        ticks_ += kPictureTicks;
        now_ += i < 300 ? 33ms : 10ms;
        for (const SentPacket& packet : sender_.picture(ticks_)) {
            if (const auto out = receiver_.offer(packet, now_)) all.push_back({now_, packet.bytes, *out});
        }
    }
    std::size_t asked = 0;
    for (const Sent& sent : all) {
        if (now_ - sent.at > kRepeatable) continue;
        ++asked;
        ASSERT_TRUE(receiver_.projection.locate(sent.out.sequence));
        const auto video = receiver_.parser.parse(*rtp::Packet::parse(sent.bytes), 0);
        const auto again = receiver_.projection.project_again(*video, now_);
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, sent.out);
    }
    EXPECT_GT(asked, 200U);
}

TEST_F(Simulcast, GivesItsWindowsBackWhenItIsClosedForLong) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(30);
    const std::uint16_t sequence = last_ ? last_->sequence : receiver_.projection.last_sequence();
    receiver_.projection.give_back(now_ + 1min);
    EXPECT_TRUE(receiver_.projection.locate(sequence)) << "it is open";
    receiver_.projection.set_target(std::nullopt);
    receiver_.projection.give_back(now_ + kRepeatable);
    EXPECT_TRUE(receiver_.projection.locate(sequence));
    now_ += kRepeatable + 100ms;
    receiver_.projection.give_back(now_);
    EXPECT_FALSE(receiver_.projection.locate(sequence));
    receiver_.projection.set_target(Target{.encoding = 0});
    key_frame_on(0);
    play(30);
    EXPECT_EQ(receiver_.projection.encoding(), 0);
    receiver_.check();
}

TEST_F(Simulcast, ClosesAfterTooMuchLoss) {
    receiver_.projection.set_target(Target{.encoding = 0});
    play(3);
    sender_.encodings[0].sequence = static_cast<std::uint16_t>(sender_.encodings[0].sequence + 2000);
    play(3);
    EXPECT_FALSE(receiver_.projection.encoding());
    EXPECT_EQ(receiver_.projection.needs_key_frame(), 0);
    key_frame_on(0);
    play(3);
    EXPECT_EQ(receiver_.projection.encoding(), 0);
    EXPECT_TRUE(receiver_.holes.empty());
    receiver_.check();
}

struct Weather {
    std::uint32_t loss_percent;
    std::uint32_t late_percent;
    std::uint32_t double_percent;
    bool padding;
    bool layers;
};

class AnyWeather : public ::testing::TestWithParam<Weather> {};

// Switches, pauses, layer changes and remaps at random; the network of the parameter; a seed per run.
TEST_P(AnyWeather, KeepsTheStreamWhole) {
    const Weather weather = GetParam();
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        SeededEntropy entropy(seed);
        Vp8Sender sender(entropy);
        sender.padding = weather.padding;
        Receiver receiver(static_cast<std::uint16_t>(entropy.u32()));
        std::multimap<std::uint64_t, SentPacket> in_flight;
        std::uint64_t order = 0;
        Instant now(5s);
        for (std::uint32_t picture = 1; picture <= 300; ++picture) {
            now += 33ms;
            if (entropy.below(20) == 0) {
                const std::uint8_t temporal = weather.layers ? static_cast<std::uint8_t>(entropy.below(3)) : 7;
                receiver.projection.set_target(
                    Target{.encoding = static_cast<std::uint8_t>(entropy.below(3)), .temporal = temporal});
            }
            if (entropy.below(80) == 0) receiver.projection.set_target(std::nullopt);
            if (picture == 30) {
                for (std::uint8_t i = 0; i < kMaxEncodings; ++i) {
                    receiver.parser.clock().record(i, sender.encodings[i].timestamp_offset, std::uint64_t{9} << 32);
                }
            }
            const auto wanted = receiver.projection.needs_key_frame();
            if (wanted && entropy.below(4) == 0) sender.encodings[*wanted].key_wanted = true;
            if (entropy.below(40) == 0) sender.encodings[entropy.below(3)].key_wanted = true;
            for (const SentPacket& packet : sender.picture(picture * kPictureTicks)) {
                ++order;
                if (entropy.below(100) < weather.loss_percent) continue;
                const bool late = entropy.below(100) < weather.late_percent;
                in_flight.insert({order + (late ? entropy.below(60) : 0), packet});
                if (entropy.below(100) < weather.double_percent) in_flight.insert({order + entropy.below(20), packet});
            }
            while (!in_flight.empty() && in_flight.begin()->first <= order) {
                (void)receiver.offer(in_flight.begin()->second, now);
                in_flight.erase(in_flight.begin());
            }
        }
        EXPECT_GT(receiver.received.size(), 50U);
        EXPECT_EQ(receiver.unexplained_holes, 0U);
        if (weather.loss_percent + weather.late_percent + weather.double_percent == 0) {
            EXPECT_TRUE(receiver.holes.empty());
        }
        receiver.check();
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Networks,
                         AnyWeather,
                         ::testing::Values(Weather{0, 0, 0, false, false},
                                           Weather{0, 0, 0, true, true},
                                           Weather{0, 0, 10, true, true},
                                           Weather{5, 0, 0, false, true},
                                           Weather{0, 10, 0, false, true},
                                           Weather{10, 10, 5, true, true},
                                           Weather{30, 20, 10, true, true}));

}  // namespace
}  // namespace klassenraum::projection
