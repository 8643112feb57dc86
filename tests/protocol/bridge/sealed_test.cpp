// Encodings that nobody takes: all but the first packet of each frame stays encrypted. Nobody may notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/transport_cc.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using testing::RtpSpec;

constexpr std::uint32_t kTop = 2;

// Alice films, Bob watches; packets go the way on which the bridge leads them, with `seals` off always through
// decryption.
struct Lesson {
    explicit Lesson(bool leaves_sealed = true) : seals(leaves_sealed) {
        room.want(bob, 180);
        room.now += 1s;
        for (std::uint32_t encoding = 0; encoding < 3; ++encoding) frame(encoding, 3, true);
        room.run_for(600ms);
        room.forget();
    }

    RtpSpec next(std::uint32_t encoding, bool marker) {
        return {.ssrc = Classroom::video_ssrc(alice, encoding),
                .sequence = sequences.at(encoding)++,
                .timestamp = pictures.at(encoding) * 3000U,
                .payload_type = 100,
                .marker = marker,
                .transport_sequence = transport++};
    }
    std::vector<std::uint8_t> octets(const RtpSpec& spec, std::size_t part, bool key, std::size_t size = 600) {
        const std::uint16_t number = static_cast<std::uint16_t>(spec.timestamp / 3000U);
        auto payload = testing::vp8_frame(key, number, static_cast<std::uint8_t>(number));
        payload[5] = static_cast<std::uint8_t>((number % 2) << 6);  // two temporal layers
        if (part != 0) payload[0] = 0x80;
        payload.resize(size, 0x42);
        return testing::write_rtp(spec, payload);
    }
    std::vector<std::vector<std::uint8_t>> write_frame(std::uint32_t encoding, std::size_t parts, bool key = false) {
        ++pictures.at(encoding);
        std::vector<std::vector<std::uint8_t>> packets;
        for (std::size_t part = 0; part < parts; ++part) {
            packets.push_back(octets(next(encoding, part + 1 == parts), part, key));
        }
        return packets;
    }
    // True: left as it was.
    bool send(std::vector<std::uint8_t> packet) {
        Context context = room.context();
        if (seals && nobody_takes(alice, packet) && leave_sealed(alice, packet, context)) return true;
        room.send_rtp(alice, std::move(packet));
        return false;
    }
    std::size_t frame(std::uint32_t encoding, std::size_t parts, bool key = false) {
        std::size_t sealed = 0;
        for (auto& packet : write_frame(encoding, parts, key)) sealed += send(std::move(packet)) ? 1U : 0U;
        return sealed;
    }
    // What the feedback to Alice says: which of her packets came.
    std::set<std::uint16_t> arrived() const {
        std::set<std::uint16_t> numbers;
        for (const testing::Datagram& datagram : room.sent_to(alice, true)) {
            rtcp::Compound compound(datagram.octets);
            while (const auto member = compound.next()) {
                auto feedback = rtcp::TransportCcFeedback::parse(*member);
                while (const auto status = feedback ? feedback->next() : std::nullopt) {
                    if (status->received) numbers.insert(status->sequence);
                }
            }
        }
        return numbers;
    }
    // … and what she is asked for.
    std::set<std::pair<std::uint32_t, std::uint16_t>> asked() const {
        std::set<std::pair<std::uint32_t, std::uint16_t>> numbers;
        for (const testing::Datagram& datagram : room.sent_to(alice, true)) {
            rtcp::Compound compound(datagram.octets);
            while (const auto member = compound.next()) {
                if (!member->is(rtcp::TransportFormat::Nack)) continue;
                const auto nack = rtcp::parse_nack(*member);
                nack->for_each([&](std::uint16_t number) { numbers.emplace(nack->media_ssrc, number); });
            }
        }
        return numbers;
    }
    const IncomingStream& incoming(std::uint32_t encoding) const {
        return alice.find_source("alice-v0")->encodings.at(encoding);
    }

    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob");
    std::array<std::uint16_t, 3> sequences{100, 65'500, 30'000};
    std::array<std::uint32_t, 3> pictures{10, 10, 10};
    std::uint16_t transport = 65'000;
    bool seals;
};

TEST(SealedPackets, AreAllButTheFirstOfAFrameThatNobodyTakes) {
    Lesson lesson;
    EXPECT_EQ(lesson.frame(0, 5), 0U) << "Bob sees this one";
    EXPECT_EQ(lesson.frame(1, 5), 4U);
    EXPECT_EQ(lesson.frame(kTop, 5), 4U);
    EXPECT_EQ(lesson.frame(kTop, 40), 37U) << "of a long one each sixteenth is decrypted";
    EXPECT_EQ(lesson.frame(kTop, 1), 0U);
    lesson.frame(1, 1);
    EXPECT_EQ(lesson.room.counters.packets_left_sealed, 45U);
    EXPECT_EQ(lesson.room.sent_to(lesson.bob).size(), 5U);
}

TEST(SealedPackets, CountAsIfTheyHadBeenDecrypted) {
    Lesson sealed(true);
    Lesson plain(false);
    for (Lesson* lesson : {&sealed, &plain}) {
        for (int i = 0; i < 150; ++i) {
            for (std::uint32_t encoding = 0; encoding < 3; ++encoding) lesson->frame(encoding, 1 + 3 * encoding);
            lesson->room.run_for(20ms);
        }
    }
    EXPECT_GT(sealed.room.counters.packets_left_sealed, 1'300U);
    EXPECT_EQ(plain.room.counters.packets_left_sealed, 0U);
    // All but the last frame's, for which nothing has vouched yet.
    EXPECT_EQ(sealed.room.counters.packets_received + 3 + 6, plain.room.counters.packets_received);
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
        const LayerRates& one = sealed.alice.find_source("alice-v0")->rates;
        const LayerRates& other = plain.alice.find_source("alice-v0")->rates;
        for (std::size_t temporal = 0; temporal < 2; ++temporal) {
            const auto expected = static_cast<double>(other.rate(encoding, 0, temporal));
            EXPECT_GT(expected, 0);
            EXPECT_NEAR(static_cast<double>(one.rate(encoding, 0, temporal)), expected, 0.02 * expected);
        }
        EXPECT_EQ(one.temporal_layers(encoding), 2U);
    }
    EXPECT_THAT(sealed.asked(), ::testing::IsEmpty());
}

TEST(SealedPackets, EndWhenSomebodyWishesForTheLayer) {
    Lesson lesson;
    ASSERT_EQ(lesson.frame(kTop, 5), 4U);
    lesson.room.want(lesson.bob, 720);
    EXPECT_EQ(lesson.frame(kTop, 5), 0U);
    lesson.room.forget();
    EXPECT_EQ(lesson.frame(kTop, 5, true), 0U);
    ASSERT_EQ(lesson.room.sent_to(lesson.bob).size(), 5U) << "with the first key frame";
    lesson.room.run_for(600ms);
    EXPECT_EQ(lesson.frame(kTop, 5), 0U);
    lesson.frame(0, 3);
    EXPECT_EQ(lesson.frame(0, 3), 2U) << "now the small picture is the one that nobody takes";
}

// The same lesson, once with every packet decrypted: loss, disorder, wishes that change, key frames that come when they
// are asked for.
struct Played {
    std::vector<std::vector<std::uint8_t>> to_bob;
    std::vector<std::string> told;
    std::set<std::uint16_t> arrived;
    std::set<std::pair<std::uint32_t, std::uint16_t>> asked;
    std::set<std::pair<std::uint32_t, std::uint16_t>> lost;
    std::uint64_t left = 0;
};

Played play(bool seals, std::uint64_t seed) {
    Lesson lesson(seals);
    SeededEntropy chance(seed);
    Played played;
    std::array<bool, 3> key_due{};
    std::uint64_t requests = 0;
    for (int i = 0; i < 1500; ++i) {
        if (chance.below(60) == 0) {
            constexpr std::array<int, 5> kWishes{0, 180, 360, 720, -1};
            lesson.room.want(lesson.bob, kWishes.at(chance.below(5)));
        }
        const std::uint64_t by_now = lesson.room.counters.keyframe_requests_sent;
        if (by_now != std::exchange(requests, by_now)) key_due.fill(true);  // as browsers: all of them
        std::vector<std::vector<std::uint8_t>> packets;
        for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
            const bool key = std::exchange(key_due.at(encoding), false) || chance.below(200) == 0;
            for (auto& packet : lesson.write_frame(encoding, 1 + chance.below(2 + 7 * encoding), key)) {
                packets.push_back(std::move(packet));
            }
        }
        for (std::size_t at = 0; at + 1 < packets.size(); ++at) {
            if (chance.below(20) == 0) std::swap(packets[at], packets[at + 1]);
        }
        for (auto& packet : packets) {
            if (chance.below(50) == 0) {
                const rtp::Packet parsed = *rtp::Packet::parse(packet);
                played.lost.emplace(parsed.ssrc(), parsed.sequence());
            } else {
                lesson.send(packet);
                if (chance.below(50) == 0) lesson.send(packet);
            }
        }
        lesson.room.run_for(20ms);
    }
    // The last frame shows what has become of those before, and feedback tells it.
    for (std::uint32_t encoding = 0; encoding < 3; ++encoding) lesson.frame(encoding, 1);
    lesson.room.run_for(200ms);
    for (const auto& sent : lesson.room.sent_to(lesson.bob)) played.to_bob.push_back(sent.octets);
    played.told = lesson.room.texts_to(lesson.bob);
    played.arrived = lesson.arrived();
    played.asked = lesson.asked();
    played.left = lesson.room.counters.packets_left_sealed;
    return played;
}

TEST(SealedPackets, ChangeNothingForThoseWhoWatch) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const Played sealed = play(true, seed);
        const Played plain = play(false, seed);
        EXPECT_GT(sealed.left, 1'000U);
        EXPECT_GT(plain.to_bob.size(), 1'000U);
        ASSERT_EQ(sealed.to_bob, plain.to_bob) << seed;
        EXPECT_EQ(sealed.told, plain.told);
        EXPECT_EQ(sealed.arrived, plain.arrived);
        // Disorder within a frame does not show any more; what was lost does.
        EXPECT_TRUE(std::ranges::includes(plain.asked, sealed.asked));
        std::size_t missed = 0;
        for (const auto& number : plain.asked) missed += sealed.lost.contains(number) && !sealed.asked.contains(number);
        EXPECT_EQ(missed, 0U);
    }
}

TEST(SealedPackets, AreOnlyThoseThatCanBeTheRestOfTheFrame) {
    Lesson lesson;
    auto frame = lesson.write_frame(kTop, 6);
    EXPECT_FALSE(lesson.send(frame[0]));
    Context context = lesson.room.context();
    const auto left = [&](auto&& change) {
        std::vector<std::uint8_t> packet = frame[1];
        change(packet);
        return nobody_takes(lesson.alice, packet) && leave_sealed(lesson.alice, packet, context);
    };
    const std::uint16_t first = rtp::Packet::parse(frame[0])->sequence();
    for (const int ahead : {0, -1, -100, 16, 17, 1000, 0x7fff, 0x8000}) {
        EXPECT_FALSE(left([&](auto& p) { rtp::set_sequence(p, static_cast<std::uint16_t>(first + ahead)); })) << ahead;
    }
    EXPECT_FALSE(left([&](auto& p) { rtp::set_timestamp(p, 1); }));
    EXPECT_FALSE(left([&](auto& p) { rtp::set_payload_type(p, 101); }));
    EXPECT_FALSE(left([&](auto& p) { rtp::set_ssrc(p, 4711); }));
    EXPECT_FALSE(left([&](auto& p) { rtp::set_ssrc(p, Classroom::video_ssrc(lesson.alice, 1)); }));
    EXPECT_FALSE(left([&](auto& p) { rtp::set_ssrc(p, Classroom::rtx_ssrc(lesson.alice, kTop)); }));
    EXPECT_FALSE(left([&](auto& p) { p[0] |= 0x20; })) << "padded";
    EXPECT_FALSE(left([&](auto& p) { p.resize(p.size() + 33); }));
    EXPECT_FALSE(left([&](auto& p) { p.resize(13); }));
    EXPECT_FALSE(left([&](auto& p) { p[17] = static_cast<std::uint8_t>(p[17] ^ 0x40); })) << "transport-wide number";
    EXPECT_FALSE(left([&](auto& p) { p[0] = 0x80; })) << "… or none";
    EXPECT_TRUE(left([](auto&) {}));
    EXPECT_FALSE(left([](auto&) {})) << "twice";
}

// Somebody on the way makes packets up that look like the rest of a frame, before the true ones come.
TEST(SealedPackets, ThatWereMadeUpDoNotKeepTrueOnesOut) {
    Lesson lesson;
    lesson.frame(kTop, 1);
    for (std::uint16_t ahead = 0; ahead < 15; ++ahead) {
        RtpSpec spec = lesson.next(kTop, false);
        EXPECT_TRUE(lesson.send(lesson.octets(spec, 1, false)));
    }
    lesson.sequences[kTop] = static_cast<std::uint16_t>(lesson.sequences[kTop] - 15);
    lesson.transport = static_cast<std::uint16_t>(lesson.transport - 15);
    const std::uint64_t before = lesson.incoming(kTop).reception.received();
    lesson.room.want(lesson.bob, 720);
    lesson.room.forget();
    lesson.frame(kTop, 10, true);
    EXPECT_EQ(lesson.room.sent_to(lesson.bob).size(), 10U);
    EXPECT_EQ(lesson.incoming(kTop).reception.received(), before + 10);
    EXPECT_EQ(lesson.room.counters.packets_left_sealed, 0U);
}

// … and far more of them than there is room for: true ones are decrypted then, that is all.
TEST(SealedPackets, AreBounded) {
    Lesson lesson;
    for (int i = 0; i < 100; ++i) {
        lesson.frame(kTop, 1);
        for (std::uint32_t encoding : {1U, kTop}) {
            RtpSpec spec = lesson.next(encoding, false);
            for (std::uint16_t ahead = 0; ahead < 40; ++ahead, ++spec.sequence) {
                lesson.send(lesson.octets(spec, 1, false));
            }
            EXPECT_LE(lesson.alice.sealed.size(), kMaxSealedPackets);
        }
    }
}

TEST(SealedPackets, OfPicturesWithSpatialLayersThereAreNone) {
    Lesson lesson;
    LayerRates& rates = lesson.alice.find_source("alice-v0")->rates;
    projection::VideoPacket packet;
    packet.encoding = kTop;
    packet.spatial = 1;
    ASSERT_EQ(lesson.frame(kTop, 4), 3U);
    rates.record(packet, 1000, lesson.room.now);
    EXPECT_EQ(lesson.frame(kTop, 4), 0U);
}

}  // namespace
}  // namespace klassenraum::bridge
