// Spatial and temporal layers within one encoding: VP9 by its payload descriptor, AV1 by the dependency descriptor.
#include <gmock/gmock.h>

#include <set>

#include "tests/protocol/projection/streams.hpp"
#include "tests/protocol/rtp/structure.hpp"

namespace klassenraum::projection {
namespace {

using namespace std::chrono_literals;
using test::Bytes;

struct Out {
    Projection projection;
    VideoPacket in;
    Bytes bytes;
};

class Layers : public ::testing::Test {
protected:
    void offer(const Bytes& bytes) {
        const auto packet = rtp::Packet::parse(bytes);
        const auto video = parser_.parse(*packet, 0);
        ASSERT_TRUE(video);
        const auto projected = projection_.project(*video, now_);
        if (!projected) return;
        Bytes slot(1536);
        rtp::ForwardExtensions extensions;
        extensions.accepted.add(rtp::kDependencyDescriptorId);
        const auto written = write_projected(*packet, *video, *projected,
                                             {.ssrc = 5, .payload_type = 1, .original_sequence = {}}, extensions, slot);
        ASSERT_TRUE(written);
        slot.resize(written.size);
        out_.push_back({*projected, *video, slot});
    }
    void expect_consecutive() const {
        for (std::size_t i = 1; i < out_.size(); ++i) {
            EXPECT_EQ(static_cast<std::uint16_t>(out_[i].projection.sequence - out_[i - 1].projection.sequence), 1);
        }
    }
    // The layers of the last picture that went out, and whether its last packet has the marker.
    std::set<int> last_layers() const {
        std::set<int> layers;
        for (const Out& out : out_) {
            if (out.projection.timestamp == out_.back().projection.timestamp) layers.insert(out.in.spatial);
        }
        EXPECT_TRUE(out_.back().projection.marker);
        return layers;
    }

    VideoParser parser_;
    VideoProjection projection_{100, 500};
    Instant now_{1s};
    std::uint16_t sequence_ = 65500;
    std::uint32_t timestamp_ = 7;
    std::vector<Out> out_;
};

class Vp9Layers : public Layers {
protected:
    // Three spatial layers of one packet each; the lower ones are references of the upper at key pictures, and always
    // where `full`. Temporal layers alternate.
    void picture(bool key, bool full) {
        timestamp_ += 3000;
        now_ += 33ms;
        if (key) position_ = 0;
        const auto temporal = static_cast<std::uint8_t>(position_++ % 2);
        if (temporal == 0) ++tl0_;
        for (std::uint8_t spatial = 0; spatial < 3; ++spatial) {
            const bool below = spatial > 0 && (key || full);
            const bool above = spatial < 2 && (key || full);
            Bytes payload(12, 0xaa);
            ByteWriter to(payload);
            const bool structure = key && structures_ && spatial == 0;
            to.u8(static_cast<std::uint8_t>(0x80 | (key ? 0 : 0x40) | 0x20 | 0x0c | (structure ? 2 : 0) |
                                            (above ? 0 : 1)));
            to.u16(static_cast<std::uint16_t>(0x8000 | picture_id_));
            to.u8(static_cast<std::uint8_t>(temporal << 5 | 0x10 | spatial << 1 | (below ? 1 : 0)));
            to.u8(tl0_);
            if (structure) to.u8(2 << 5);
            offer(test::rtp_packet(101, sequence_++, timestamp_, 1, spatial == 2, payload));
        }
        ++picture_id_;
    }

    std::uint16_t picture_id_ = 0x7ff0;
    std::uint8_t tl0_ = 250;
    unsigned position_ = 0;
    bool structures_ = true;
};

TEST_F(Vp9Layers, AreAllForwardedWhileTheirNumberIsUnknown) {
    structures_ = false;
    projection_.set_target(Target{});
    picture(true, true);
    for (int i = 0; i < 5; ++i) picture(false, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1, 2}));
    projection_.set_target(Target{.spatial = 0});
    picture(false, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    expect_consecutive();
}

TEST_F(Vp9Layers, GoDownAtOnceWhenEverythingWasSent) {
    projection_.set_target(Target{});
    picture(true, true);
    picture(false, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1, 2}));
    projection_.set_target(Target{.spatial = 1});
    picture(false, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1}));
    EXPECT_FALSE(projection_.needs_key_frame());
    expect_consecutive();
}

TEST_F(Vp9Layers, GoUpAtAKeyFrame) {
    projection_.set_target(Target{.spatial = 0});
    picture(true, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    projection_.set_target(Target{.spatial = 2});
    for (int i = 0; i < 12; ++i) picture(false, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    EXPECT_EQ(projection_.needs_key_frame(), 0);
    picture(true, true);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1, 2}));
    EXPECT_FALSE(projection_.needs_key_frame());
    expect_consecutive();
}

TEST_F(Vp9Layers, SendOnlyTheTopBetweenKeyFramesWhereThatIsEnough) {
    projection_.set_target(Target{.spatial = 1});
    picture(true, false);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1}));
    picture(false, false);
    EXPECT_EQ(last_layers(), (std::set<int>{1}));
    projection_.set_target(Target{.spatial = 0});
    for (int i = 0; i < 12; ++i) picture(false, false);
    EXPECT_EQ(last_layers(), (std::set<int>{1})) << "the lowest layer's past was not sent";
    EXPECT_EQ(projection_.needs_key_frame(), 0);
    picture(true, false);
    picture(false, false);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    expect_consecutive();
}

TEST_F(Vp9Layers, LeaveOutTemporalLayersAndKeepTheReferencesOfPictureIds) {
    projection_.set_target(Target{.temporal = 0});
    picture(true, true);
    for (int i = 0; i < 40; ++i) picture(false, true);
    for (const Out& out : out_) {
        EXPECT_EQ(out.in.temporal, 0);
        EXPECT_EQ(out.projection.number, out.in.number);
    }
    expect_consecutive();
}

class DependencyLayers : public Layers {
protected:
    // L2T2: S0T0 S1T0, then S0T1 S1T1.
    void pictures(bool key) {
        for (unsigned temporal = 0; temporal < 2; ++temporal) {
            timestamp_ += 3000;
            now_ += 33ms;
            for (unsigned spatial = 0; spatial < 2; ++spatial) {
                const bool structure = key && temporal == 0 && spatial == 0;
                constexpr std::uint8_t kTemplates[2][2] = {{1, 2}, {4, 5}};
                const bool first = key && temporal == 0;
                const auto index = static_cast<std::uint8_t>(kTemplates[spatial][temporal] - (first ? 1 : 0));
                const rtp::test::DescriptorOptions options{
                    .number = number_++, .id_offset = id_offset_, .template_index = index};
                const Bytes descriptor = rtp::test::descriptor(options, structure);
                offer(test::rtp_packet(41, sequence_++, timestamp_, 1, spatial == 1, Bytes{0x10, 1, 2}, descriptor));
            }
        }
    }
    // What a receiver makes of it all, from the octets that went out.
    void expect_readable() {
        VideoParser receiver;
        std::set<std::uint16_t> numbers;
        for (const Out& out : out_) {
            const auto video = receiver.parse(*rtp::Packet::parse(with_payload_type(out.bytes)), 0);
            ASSERT_TRUE(video);
            ASSERT_EQ(video->descriptor, Descriptor::Dependency);
            EXPECT_EQ(video->number, out.projection.number);
            for (std::size_t i = 0; i < video->dependency->diffs.count; ++i) {
                EXPECT_TRUE(
                    numbers.contains(static_cast<std::uint16_t>(video->number - video->dependency->diffs.values[i])))
                    << "refers to a frame that went out";
            }
            numbers.insert(video->number);
            if (video->dependency->active_decode_targets != 0) active_ = video->dependency->active_decode_targets;
        }
    }
    static Bytes with_payload_type(Bytes bytes) {
        rtp::set_payload_type(bytes, 41);
        return bytes;
    }

    std::uint16_t number_ = 65530;
    std::uint8_t id_offset_ = 62;
    std::uint32_t active_ = 0;
};

TEST_F(DependencyLayers, ForwardEverythingUnchangedByDefault) {
    projection_.set_target(Target{});
    pictures(true);
    for (int i = 0; i < 10; ++i) pictures(false);
    EXPECT_EQ(out_.size(), 44U);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1}));
    expect_consecutive();
    expect_readable();
    EXPECT_EQ(active_, 0xfU);
}

// Chromium on a narrow uplink: three layers in the structure, fewer in the mask, and only those are made.
TEST_F(DependencyLayers, LeaveOutWhatTheSenderDoesNotMake) {
    projection_.set_target(Target{});
    const auto lower_layer = [&](bool key, std::uint8_t index) {
        timestamp_ += 3000;
        now_ += 33ms;
        const rtp::test::DescriptorOptions options{
            .number = number_++, .id_offset = id_offset_, .template_index = index, .active = 0b0011, .key_only = true};
        offer(test::rtp_packet(41, sequence_++, timestamp_, 1, true, Bytes{0x10, 1, 2},
                               rtp::test::descriptor(options, key)));
    };
    lower_layer(true, 0);
    number_ = static_cast<std::uint16_t>(number_ + 1);
    for (int i = 0; i < 10; ++i) lower_layer(false, 2);
    EXPECT_EQ(out_.size(), 11U);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    EXPECT_FALSE(projection_.needs_key_frame());
}

TEST_F(DependencyLayers, WaitForTheStructure) {
    projection_.set_target(Target{});
    for (int i = 0; i < 3; ++i) pictures(false);
    EXPECT_TRUE(out_.empty());
    EXPECT_EQ(projection_.needs_key_frame(), 0);
    pictures(true);
    EXPECT_EQ(out_.size(), 4U);
}

TEST_F(DependencyLayers, FollowTheTargetDownAndUp) {
    projection_.set_target(Target{});
    pictures(true);
    projection_.set_target(Target{.spatial = 0, .temporal = 0});
    for (int i = 0; i < 5; ++i) pictures(false);
    EXPECT_EQ(last_layers(), (std::set<int>{0}));
    EXPECT_EQ(out_.back().in.temporal, 0);
    expect_readable();
    EXPECT_EQ(active_, 0b0001U);
    projection_.set_target(Target{.spatial = 0});
    for (int i = 0; i < 5; ++i) pictures(false);
    EXPECT_EQ(out_.back().in.temporal, 1) << "a switch indication lets the temporal layer in";
    projection_.set_target(Target{});
    for (int i = 0; i < 20; ++i) pictures(false);
    expect_readable();
    EXPECT_EQ(projection_.needs_key_frame(), std::optional<std::uint8_t>(0)) << "the upper layer's past was not sent";
    pictures(true);
    pictures(false);
    EXPECT_EQ(last_layers(), (std::set<int>{0, 1}));
    expect_consecutive();
    expect_readable();
    EXPECT_EQ(active_, 0xfU);
}

TEST_F(DependencyLayers, ContinueFrameNumbersAndTemplatesAcrossSources) {
    projection_.set_target(Target{});
    pictures(true);
    const std::uint16_t last = out_.back().projection.number;
    projection_.remap();
    parser_ = VideoParser{};
    number_ = 1000;
    id_offset_ = 3;
    sequence_ = 9;
    pictures(true);
    EXPECT_EQ(out_[4].projection.number, static_cast<std::uint16_t>(last + 1));
    EXPECT_EQ((out_[4].projection.template_id_delta + 3) % 64, (62 + 6) % 64)
        << "ids behind those of the last structure";
    expect_consecutive();
    expect_readable();
}

TEST_F(DependencyLayers, AreNotNeededByAReceiverWithoutTheExtension) {
    projection_.set_target(Target{});
    const Bytes descriptor = rtp::test::key_descriptor({.number = 1});
    const Bytes bytes = test::rtp_packet(41, 1, 2, 1, true, Bytes{0x18, 1}, descriptor);
    const auto packet = rtp::Packet::parse(bytes);
    const auto video = parser_.parse(*packet, 0);
    const auto projected = projection_.project(*video, now_);
    ASSERT_TRUE(projected);
    Bytes slot(1536);
    const auto written = write_projected(*packet, *video, *projected,
                                         {.ssrc = 5, .payload_type = 41, .original_sequence = {}}, {}, slot);
    EXPECT_FALSE(rtp::Packet::parse(ByteView(slot).first(written.size))->extension(rtp::kDependencyDescriptorId));
}

// The same SSRC goes on with another codec: numbering continues, and not before a key frame.
TEST_F(Vp9Layers, GiveWayToAnotherCodecAtAKeyFrame) {
    projection_.set_target(Target{});
    picture(true, true);
    const auto last = out_.back().projection;
    const std::size_t before = out_.size();
    timestamp_ += 3000;
    offer(test::rtp_packet(107, sequence_++, timestamp_, 1, true, Bytes{0x41, 1}));
    EXPECT_EQ(out_.size(), before);
    EXPECT_EQ(projection_.needs_key_frame(), 0);
    timestamp_ += 3000;
    offer(test::rtp_packet(107, sequence_++, timestamp_, 1, true, Bytes{0x67, 1}));
    ASSERT_EQ(out_.size(), before + 1);
    EXPECT_EQ(out_.back().projection.timestamp - last.timestamp, 6000U);
    expect_consecutive();
}

// AV1 from a sender without the descriptor (Firefox ESR 153): no layers, but not dropped.
TEST_F(Layers, AreOptional) {
    projection_.set_target(Target{.spatial = 0, .temporal = 0});
    offer(test::rtp_packet(41, 1, 2, 1, true, Bytes{0x10, 1}));
    EXPECT_TRUE(out_.empty());
    offer(test::rtp_packet(41, 2, 3002, 1, true, Bytes{0x18, 1}));
    offer(test::rtp_packet(41, 3, 6002, 1, true, Bytes{0x10, 1}));
    EXPECT_EQ(out_.size(), 2U);
}

}  // namespace
}  // namespace klassenraum::projection
