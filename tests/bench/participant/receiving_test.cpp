// The simulated eyes and ears must notice what a person would, or no scenario means anything: each rule of decoding and
// each fault once.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "bench/participant/audio_receiver.hpp"
#include "bench/participant/frame_note.hpp"
#include "bench/participant/video_receiver.hpp"
#include "bench/participant/video_sender.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/rtp/vp8.hpp"

namespace klassenraum::bench {
namespace {

using Octets = std::vector<std::uint8_t>;

// One encoding of a camera and an eye, with the test as the line between them.
class Stage {
public:
    explicit Stage(rtp::Codec codec = rtp::Codec::Vp8)
        : camera_({.codec = codec, .heights = {360}, .bits_per_second = {600'000}}, kSource, entropy_, now) {
        eye.expect(kSource, &quality, now);
    }
    // All packets that the camera sends within the time.
    std::vector<Octets> film(Duration duration) {
        std::vector<Octets> packets;
        for (const Instant end = now + duration; now < end; now += 1ms) {
            camera_.expire(now);
            std::array<std::uint8_t, kDatagramCapacity> slot;
            while (const std::size_t size = camera_.write_next(now, {}, slot)) {
                packets.emplace_back(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(size));
            }
            eye.expire(now);
        }
        return packets;
    }
    void show(const Octets& packet) { eye.receive(*rtp::Packet::parse(packet), now); }
    void show(const std::vector<Octets>& packets) {
        for (const Octets& packet : packets) show(packet);
    }
    void ask_for_key_frame() { camera_.request_key_frame(now); }

    static constexpr std::uint32_t kSource = 77;
    Instant now = Instant{} + 10s;
    VideoQuality quality;
    VideoReceiver eye{1};

private:
    SeededEntropy entropy_{5};
    VideoSender camera_;
};

std::optional<rtp::Vp8Descriptor> descriptor_of(const Octets& packet) {
    return rtp::parse_vp8(rtp::Packet::parse(packet)->payload());
}

TEST(Eye, DecodesEveryFrameOfAGoodLine) {
    Stage stage;
    stage.show(stage.film(2s));
    EXPECT_GE(stage.quality.frames, 58U);
    EXPECT_EQ(stage.quality.key_frames, 1U);
    EXPECT_EQ(stage.quality.corrupt, 0U);
    EXPECT_EQ(stage.quality.height, 360);
}

TEST(Eye, SeesNothingBeforeAKeyFrameAndAsksForIt) {
    Stage stage;
    stage.film(500ms);
    for (int i = 0; i < 10; ++i) {
        const auto packets = stage.film(50ms);
        stage.show(packets);
    }
    EXPECT_EQ(stage.quality.frames, 0U);
    EXPECT_TRUE(stage.eye.take_key_frame_request(stage.now));
    EXPECT_FALSE(stage.eye.take_key_frame_request(stage.now));  // not twice at once
    stage.ask_for_key_frame();
    stage.show(stage.film(500ms));
    EXPECT_GE(stage.quality.frames, 13U);
    EXPECT_EQ(stage.quality.corrupt, 0U);
}

TEST(Eye, WaitsForALostFrameOfTheLowestLayerAndSkipsAnother) {
    for (const bool base : {true, false}) {
        Stage stage;
        stage.show(stage.film(500ms));
        const std::uint64_t before = stage.quality.frames;
        auto packets = stage.film(400ms);
        const auto lost = std::ranges::find_if(packets, [&](const Octets& packet) {
            const auto descriptor = descriptor_of(packet);
            return base ? *descriptor->temporal == 0 : descriptor->non_reference;
        });
        const Octets kept = *lost;
        packets.erase(lost);
        for (const Octets& packet : packets) stage.show(packet);
        stage.film(400ms);
        EXPECT_FALSE(stage.eye.nacks.empty() && base);
        if (base) {
            EXPECT_LE(stage.quality.frames, before + 4);
            stage.show(kept);  // the repair
        }
        EXPECT_GE(stage.quality.frames, before + 10);
        EXPECT_EQ(stage.quality.corrupt, 0U);
    }
}

TEST(Eye, NoticesAFrameThatWasNotEncodedFromWhatItShowed) {
    Stage stage;
    stage.show(stage.film(500ms));
    auto packets = stage.film(600ms);
    // A forwarder that leaves out a frame of layer 0 and renumbers what follows as if nothing had been there.
    bool renumber = false;
    std::uint8_t missing = 0;
    std::uint16_t taken = 0;
    for (Octets& packet : packets) {
        const auto parsed = rtp::Packet::parse(packet);
        const auto descriptor = descriptor_of(packet);
        if (!renumber && *descriptor->temporal == 0 && descriptor->frame_start) {
            renumber = true;
            missing = *descriptor->tl0_picture_index;
        }
        if (renumber && *descriptor->tl0_picture_index == missing) {
            ++taken;
            continue;
        }
        if (renumber) {
            rtp::set_sequence(packet, static_cast<std::uint16_t>(parsed->sequence() - taken));
            const MutableBytes payload = MutableBytes(packet).subspan(parsed->header_size());
            rtp::rewrite_vp8(payload, *descriptor, static_cast<std::uint16_t>(*descriptor->picture_id - 4),
                             static_cast<std::uint8_t>(*descriptor->tl0_picture_index - 1));
        }
        stage.show(packet);
    }
    EXPECT_GT(stage.quality.corrupt, 0U);
}

// TL0PICIDX has eight bits: after 256 pictures of layer 0, half a minute, it is the same again.
TEST(Eye, DoesNotTakeANumberThatCameAroundForTheFrameItHolds) {
    for (const rtp::Codec codec : {rtp::Codec::Vp8, rtp::Codec::Vp9}) {
        Stage stage(codec);
        stage.show(stage.film(1s));
        const std::uint64_t before = stage.quality.frames;
        EXPECT_GE(before, 28U);
        stage.film(33s);
        for (int i = 0; i < 30; ++i) stage.show(stage.film(100ms));
        EXPECT_EQ(stage.quality.frames, before);
        EXPECT_EQ(stage.quality.corrupt, 0U);
        stage.ask_for_key_frame();
        for (int i = 0; i < 10; ++i) stage.show(stage.film(100ms));
        EXPECT_GE(stage.quality.frames, before + 25);
        EXPECT_EQ(stage.quality.corrupt, 0U);
    }
}

TEST(Eye, NoticesAnotherPersonsPicture) {
    Stage stage;
    stage.eye.expect(Stage::kSource + 1, &stage.quality, stage.now);
    stage.show(stage.film(200ms));
    EXPECT_GT(stage.quality.misattributed, 0U);
}

TEST(Eye, CallsALatePictureAFreezeButNotAPausedOne) {
    Stage stage;
    stage.show(stage.film(1s));
    for (const bool paused : {true, false}) {
        if (paused) stage.quality.playing.pause(stage.now);
        const auto packets = stage.film(400ms);
        stage.show(packets);
        EXPECT_EQ(stage.quality.playing.freezes, paused ? 0U : 1U);
        if (paused) {
            for (int i = 0; i < 20; ++i) stage.show(stage.film(34ms));
        }
    }
    EXPECT_GT(stage.quality.playing.frozen, 300ms);
    // One that goes on is counted by whoever looks, once.
    const Instant later = stage.now + 2s;
    EXPECT_EQ(stage.quality.playing.settled(later).freezes, 2U);
    EXPECT_EQ(stage.quality.playing.freezes, 1U);
}

// --- ear ---

Octets opus(std::uint16_t sequence) {
    Octets octets(12 + FrameNote::kSize);
    ByteWriter out(octets);
    out.u8(0x80);
    out.u8(111);
    out.u16(sequence);
    out.u32(sequence * 960U);
    out.u32(9);
    write_note(out, {.source = 3});
    return octets;
}

struct Ear {
    Ear() { ear.expect(3, &quality); }
    void hear(std::uint16_t sequence, Duration late = {}) {
        const Instant played = Instant{} + 10s + sequence * Duration(20ms);
        ear.receive(*rtp::Packet::parse(opus(sequence)), played + late);
    }
    AudioQuality quality;
    AudioReceiver ear{9};
};

TEST(Ear, CountsEachMissingPacketAsTwentyMillisecondsOfSilence) {
    Ear ear;
    for (std::uint16_t i = 0; i < 100; ++i) {
        if (i % 10 != 5) ear.hear(i);
    }
    EXPECT_EQ(ear.quality.played, 90U);
    EXPECT_EQ(ear.quality.missed, 10U);
    EXPECT_NEAR(ear.quality.gap_share(), 0.1, 0.001);
}

TEST(Ear, HearsARepairedPacketOnlyInTime) {
    Ear ear;
    for (std::uint16_t i = 0; i < 20; ++i) {
        if (i != 5 && i != 10) ear.hear(i);
        if (i == 7) ear.hear(5, 60ms);
    }
    EXPECT_EQ(ear.quality.repaired, 1U);
    EXPECT_EQ(ear.quality.missed, 1U);
    ear.hear(10, 700ms);
    EXPECT_EQ(ear.quality.missed, 1U);
    // Its buffer has grown by then only within reason.
    EXPECT_LE(ear.ear.buffer(), AudioReceiver::kLargestBuffer);
}

TEST(Ear, IgnoresDuplicates) {
    Ear ear;
    for (std::uint16_t i = 0; i < 10; ++i) {
        ear.hear(i);
        ear.hear(i, 1ms);
    }
    EXPECT_EQ(ear.quality.played, 10U);
    EXPECT_EQ(ear.ear.duplicates, 10U);
}

// --- asking again ---

TEST(NackList, AsksAtOnceThenOncePerRoundTripAndGivesUp) {
    NackList list;
    Instant now = Instant{} + 1s;
    list.received(100, now);
    list.received(103, now);
    std::vector<std::uint16_t> asked;
    list.due(now, asked);
    EXPECT_EQ(asked, (std::vector<std::uint16_t>{101, 102}));
    asked.clear();
    list.due(now + 50ms, asked);
    EXPECT_TRUE(asked.empty());
    EXPECT_TRUE(list.received(101, now + 60ms));
    for (int i = 0; i < 30; ++i) list.due(now += 100ms, asked);
    EXPECT_EQ(asked.size(), static_cast<std::size_t>(kMaxNackRetries - 1));
    EXPECT_TRUE(list.gave_up());
    EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace klassenraum::bench
