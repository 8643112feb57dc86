#include <gmock/gmock.h>

#include "protocol/rtp/bits.hpp"
#include "protocol/rtp/dependency_descriptor.hpp"
#include "protocol/rtp/h264.hpp"
#include "protocol/rtp/vp8.hpp"
#include "protocol/rtp/vp9.hpp"
#include "tests/protocol/rtp/octets.hpp"
#include "tests/protocol/rtp/structure.hpp"

namespace klassenraum::rtp {
namespace {

using ::testing::ElementsAreArray;

// RFC 7741 §4.6: X, S; I L T; PictureID 0x1123; TL0PICIDX 0x12; TID 1, Y, and a key frame of 640x360.
TEST(Vp8, ReadsAKeyFrame) {
    const auto payload = octets("90 e0 9123 12 60 10 0200 9d012a 8002 6801 ff");
    const auto vp8 = parse_vp8(payload);
    ASSERT_TRUE(vp8);
    EXPECT_TRUE(vp8->frame_start);
    EXPECT_TRUE(vp8->key_frame);
    EXPECT_EQ(vp8->picture_id, 0x1123);
    EXPECT_TRUE(vp8->long_picture_id);
    EXPECT_EQ(vp8->tl0_picture_index, 0x12);
    EXPECT_EQ(vp8->temporal, 1);
    EXPECT_TRUE(vp8->layer_sync);
    EXPECT_EQ(vp8->height, 360);
    EXPECT_EQ(vp8->size, 6U);
}

TEST(Vp8, RewritesInPlace) {
    auto payload = octets("90 e0 9123 12 60 11 0200");
    rewrite_vp8(payload, *parse_vp8(payload), 0x7ffe, 0xfe);
    EXPECT_THAT(payload, ElementsAreArray(octets("90 e0 fffe fe 60 11 0200")));
    auto shorter = octets("90 80 11 11");
    rewrite_vp8(shorter, *parse_vp8(shorter), 0x1ff, 0);
    EXPECT_THAT(shorter, ElementsAreArray(octets("90 80 7f 11")));
}

TEST(Vp8, KnowsKeyFramesOnlyAtTheFirstPartition) {
    EXPECT_TRUE(parse_vp8(octets("10 00"))->key_frame);
    EXPECT_FALSE(parse_vp8(octets("10 01"))->key_frame);
    EXPECT_FALSE(parse_vp8(octets("00 00"))->key_frame);
    EXPECT_FALSE(parse_vp8(octets("11 00"))->key_frame);
}

TEST(Vp8, RefusesShortPayloads) {
    const auto payload = octets("90 e0 9123 12 60 11");
    for (std::size_t size = 0; size < payload.size(); ++size) {
        EXPECT_FALSE(parse_vp8(ByteView(payload).first(size))) << size;
    }
    EXPECT_TRUE(parse_vp8(payload));
}

// RFC 9628 §4.2: non-flexible, layers, structure of two spatial layers with a group of two pictures.
TEST(Vp9, ReadsLayersAndStructure) {
    const auto payload = octets("aa 8123 00 55 38 0140 00b4 0280 0168 02 04 01 34 01 aa");
    const auto vp9 = parse_vp9(payload);
    ASSERT_TRUE(vp9);
    EXPECT_TRUE(vp9->key_frame());
    EXPECT_EQ(vp9->picture_id, 0x0123);
    EXPECT_EQ(vp9->tl0_picture_index, 0x55);
    ASSERT_TRUE(vp9->structure);
    EXPECT_EQ(vp9->structure->spatial_layers, 2);
    EXPECT_EQ(vp9->structure->heights[1], 360);
    EXPECT_EQ(vp9->structure->pictures_in_group, 2);
    EXPECT_EQ(payload.size() - vp9->size, 1U);
}

TEST(Vp9, ReadsFlexibleReferences) {
    const auto vp9 = parse_vp9(octets("fc 8001 53 03 04 aa"));
    ASSERT_TRUE(vp9);
    EXPECT_TRUE(vp9->flexible);
    EXPECT_EQ(vp9->temporal, 2);
    EXPECT_TRUE(vp9->switching_up);
    EXPECT_EQ(vp9->spatial, 1);
    EXPECT_TRUE(vp9->inter_layer_predicted);
    EXPECT_FALSE(vp9->tl0_picture_index);
    EXPECT_EQ(vp9->reference_count, 2);
    EXPECT_EQ(vp9->reference_diffs[1], 2);
    EXPECT_FALSE(parse_vp9(octets("fc 8001 53 03 03 03 03 aa"))) << "RFC 9628 allows three";
}

TEST(Vp9, RewritesInPlace) {
    auto payload = octets("a8 8123 00 55 aa");
    rewrite_vp9(payload, *parse_vp9(payload), 0x7abc, 0x56);
    EXPECT_THAT(payload, ElementsAreArray(octets("a8 fabc 00 56 aa")));
}

TEST(H264, FindsWhereDecodingCanBegin) {
    EXPECT_TRUE(h264_key_frame(octets("67 42")));                    // SPS
    EXPECT_FALSE(h264_key_frame(octets("65 88")));                   // IDR: its SPS is another packet
    EXPECT_FALSE(h264_key_frame(octets("41 9a")));                   // slice
    EXPECT_TRUE(h264_key_frame(octets("78 0002 0910 0002 6742")));   // STAP-A: AUD, SPS
    EXPECT_FALSE(h264_key_frame(octets("78 0002 0910 0009 6742")));  // does not fit
    EXPECT_TRUE(h264_key_frame(octets("7c 87 88")));                 // FU-A, first fragment of an SPS
    EXPECT_FALSE(h264_key_frame(octets("7c 85 88")));                // … of an IDR
    EXPECT_FALSE(h264_key_frame(octets("7c 05 88")));                // a later one
    EXPECT_FALSE(h264_key_frame({}));
}

TEST(DependencyDescriptor, ReadsAStructure) {
    const auto bytes = test::key_descriptor({.number = 0x1234});
    TemplateStructure structure;
    const auto parsed = parse_dependency_descriptor(bytes, nullptr, structure);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->key_frame());
    EXPECT_EQ(parsed->frame_number, 0x1234);
    EXPECT_EQ(structure.template_count, 6);
    EXPECT_EQ(structure.decode_target_count, 4);
    EXPECT_EQ(structure.spatial_layers, 2);
    EXPECT_EQ(structure.heights[1], 360);
    EXPECT_EQ(structure.decode_targets[3].spatial, 1);
    EXPECT_EQ(structure.decode_targets[3].temporal, 1);
    EXPECT_EQ(structure.decode_target_for(7, 7), 3);
    EXPECT_EQ(structure.decode_target_for(0, 7), 1);
    EXPECT_EQ(structure.decode_target_for(0, 0), 0);
    EXPECT_EQ(parsed->active_decode_targets, 0xfU);
}

TEST(DependencyDescriptor, NeedsTheStructure) {
    TemplateStructure structure;
    const auto frame = test::frame_descriptor({.number = 2, .template_index = 2});
    EXPECT_FALSE(parse_dependency_descriptor(frame, nullptr, structure));
    TemplateStructure known;
    ASSERT_TRUE(parse_dependency_descriptor(test::key_descriptor({.number = 1}), nullptr, known));
    const auto parsed = parse_dependency_descriptor(frame, &known, structure);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->temporal, 1);
    EXPECT_EQ(parsed->diffs.count, 1);
    EXPECT_FALSE(parse_dependency_descriptor(test::frame_descriptor({.template_index = 9}), &known, structure));
}

TEST(DependencyDescriptor, RewritesTheNumbersAndNothingElse) {
    const auto bytes = test::key_descriptor({.number = 10, .id_offset = 60});
    TemplateStructure before;
    const auto parsed = parse_dependency_descriptor(bytes, nullptr, before);
    std::array<std::uint8_t, 255> out{};
    const std::size_t size =
        rewrite_dependency_descriptor(bytes, *parsed, {.frame_number = 777, .template_id_delta = 9}, out);
    ASSERT_EQ(size, bytes.size());
    TemplateStructure after;
    const auto again = parse_dependency_descriptor(ByteView(out).first(size), nullptr, after);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->frame_number, 777);
    EXPECT_EQ(after.id_offset, (60 + 9) % 64);
    EXPECT_EQ(after.template_count, before.template_count);
    EXPECT_EQ(after.heights, before.heights);
    EXPECT_EQ(again->indications, parsed->indications);
    // And back again: octet for octet.
    std::array<std::uint8_t, 255> back{};
    rewrite_dependency_descriptor(ByteView(out).first(size), *again, {.frame_number = 10, .template_id_delta = 55},
                                  back);
    EXPECT_THAT(ByteView(back).first(size), ElementsAreArray(bytes));
}

TEST(DependencyDescriptor, InsertsActiveDecodeTargets) {
    TemplateStructure known;
    const auto key = test::key_descriptor({.number = 10});
    ASSERT_TRUE(parse_dependency_descriptor(key, nullptr, known));
    const auto frame = test::frame_descriptor({.number = 11, .template_index = 1});
    for (const auto& bytes : {key, frame}) {
        TemplateStructure scratch;
        const auto parsed = parse_dependency_descriptor(bytes, &known, scratch);
        std::array<std::uint8_t, 255> out{};
        const std::size_t size = rewrite_dependency_descriptor(
            bytes, *parsed, {.frame_number = 12, .active_decode_targets = 0b0011, .force_active_decode_targets = true},
            out);
        ASSERT_GT(size, 0U);
        ASSERT_LE(size, bytes.size() + 2);
        const auto again = parse_dependency_descriptor(ByteView(out).first(size), &known, scratch);
        ASSERT_TRUE(again);
        EXPECT_TRUE(again->has_active_decode_targets);
        EXPECT_EQ(again->active_decode_targets, 0b0011U);
        EXPECT_EQ(again->frame_number, 12);
        EXPECT_EQ(again->spatial, parsed->spatial);
        EXPECT_EQ(again->diffs.count, parsed->diffs.count);
    }
}

TEST(DependencyDescriptor, RefusesEveryTruncation) {
    const auto bytes = test::key_descriptor({.number = 1});
    TemplateStructure structure;
    for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
        EXPECT_FALSE(parse_dependency_descriptor(ByteView(bytes).first(size), nullptr, structure)) << size;
    }
}

// AV1 specification §4.10.7: of five values the first three take two bits.
TEST(Bits, ReadsNonSymmetricNumbers) {
    const auto bytes = octets("1b 80");  // 00 01 10 111 0…
    BitReader in(bytes);
    EXPECT_EQ(in.below(5), 0U);
    EXPECT_EQ(in.below(5), 1U);
    EXPECT_EQ(in.below(5), 2U);
    EXPECT_EQ(in.below(5), 4U);
}

}  // namespace
}  // namespace klassenraum::rtp
