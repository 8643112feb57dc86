// Cameras that send all sizes as layers of one stream: VP9, and AV1 with its Dependency Descriptor.
#include <gtest/gtest.h>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

class Layers : public testing::TestWithParam<rtp::Codec> {
protected:
    bench::Options camera() const { return {.camera = {.codec = GetParam()}}; }
};

TEST_P(Layers, EverybodyGetsTheLayersThatTheirPageAsksFor) {
    World world(61);
    Browser& anna = world.teacher("Anna", {}, camera());
    Browser& ben = world.learner("Ben", {}, camera());
    Browser& cem = world.learner("Cem", {}, camera());
    ASSERT_TRUE(world.run_until([&] { return ben.has_picture_of(anna) && cem.has_picture_of(anna); }, 8s));
    ben.look({.default_height = 180, .on_stage = {anna->video_source()}});
    ASSERT_TRUE(world.run_until([&] { return ben.sees(anna).height == 720; }, 6s));
    world.run_for(5s);
    world.measure_anew();
    world.run_for(10s);
    EXPECT_EQ(ben.sees(anna).height, 720);
    EXPECT_EQ(cem.sees(anna).height, 180);
    for (const Browser* watcher : {&ben, &cem}) {
        EXPECT_GE(watcher->sees(anna).frames, 298U);
        EXPECT_EQ(watcher->sees(anna).playing.freezes, 0U);
        EXPECT_EQ(watcher->sees(anna).layer_switches, 0U);
        EXPECT_EQ(watcher->sees(anna).key_frames, 0U);
        EXPECT_EQ(watcher->sees(anna).corrupt, 0U);
    }
    // The large one takes more of the line than the small one.
    EXPECT_GT(ben.sees(anna).octets, 4 * cem.sees(anna).octets);
}

TEST_P(Layers, LossOnTheWayDownIsRepaired) {
    World world(62);
    Browser& anna = world.teacher("Anna", {}, camera());
    Browser& ben = world.learner("Ben", {.up = {}, .down = {.delay = 12ms, .loss = 0.02, .burst = 2}}, camera());
    ASSERT_TRUE(world.run_until([&] { return ben.has_picture_of(anna); }, 8s));
    ben.look({.default_height = 180, .on_stage = {anna->video_source()}});
    world.run_for(10s);
    world.measure_anew();
    world.run_for(30s);
    EXPECT_EQ(ben.sees(anna).playing.freezes, 0U);
    EXPECT_GE(ben.sees(anna).frames, 890U);
    EXPECT_EQ(ben.sees(anna).corrupt, 0U);
    EXPECT_GE(ben.sees(anna).height, 360);
}

TEST_P(Layers, ManySwitchesShowNoWrongPicture) {
    World world(63);
    Browser& anna = world.teacher("Anna", {}, camera());
    Browser& ben = world.learner("Ben", {}, camera());
    ASSERT_TRUE(world.run_until([&] { return ben.has_picture_of(anna); }, 8s));
    world.run_for(5s);
    world.measure_anew();
    for (const std::int32_t height : {720, 180, 360, 720, 360, 180, 720, 180, 720}) {
        ben.look({.default_height = 180, .on_stage = {anna->video_source()}, .stage_height = height});
        EXPECT_TRUE(world.run_until([&] { return ben.sees(anna).height == height; }, 4s)) << height;
        world.run_for(1s);
    }
    EXPECT_EQ(ben.sees(anna).corrupt, 0U);
    EXPECT_EQ(ben.sees(anna).misattributed, 0U);
    EXPECT_EQ(ben.sees(anna).playing.freezes, 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, Layers, testing::Values(rtp::Codec::Vp9, rtp::Codec::Av1), [](const auto& chosen) {
    return chosen.param == rtp::Codec::Vp9 ? "Vp9" : "Av1";
});

}  // namespace
}  // namespace klassenraum::sim
