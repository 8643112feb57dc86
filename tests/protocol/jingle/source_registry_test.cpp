#include "protocol/jingle/source_registry.hpp"

#include <gtest/gtest.h>

namespace klassenraum::jingle {
namespace {

using colibri::MediaKind;

Source video(std::uint32_t ssrc, const std::string& name, const std::string& msid) {
    return {.ssrc = ssrc, .kind = MediaKind::Video, .name = name, .msid = msid};
}

SourceSet camera(std::uint32_t base, const std::string& name, const std::string& msid) {
    SourceSet set;
    for (std::uint32_t at = 1; at <= 6; ++at) set.sources.push_back(video(base + at, name, msid));
    set.groups = {{Semantics::Fid, {base + 1, base + 4}},
                  {Semantics::Sim, {base + 1, base + 2, base + 3}},
                  {Semantics::Fid, {base + 2, base + 5}},
                  {Semantics::Fid, {base + 3, base + 6}}};
    return set;
}

constexpr EndpointId kOne{1};
constexpr EndpointId kTwo{2};

TEST(SourceRegistry, DescribesSimulcastInItsOrder) {
    SourceRegistry registry;
    ASSERT_FALSE(registry.add(kOne, camera(10, "a-v0", "m")));
    const auto described = registry.describe(kOne);
    ASSERT_EQ(described.size(), 1U);
    EXPECT_EQ(described[0].ssrcs, (std::vector<std::uint32_t>{11, 12, 13}));
    EXPECT_EQ(described[0].rtx, (std::vector<std::uint32_t>{14, 15, 16}));
}

TEST(SourceRegistry, RemovingGroupsAndSourcesLeavesTheRest) {
    SourceRegistry registry;
    const SourceSet first = camera(10, "a-v0", "m");
    ASSERT_FALSE(registry.add(kOne, first));
    ASSERT_FALSE(registry.add(kOne, camera(30, "a-v1", "n")));
    SourceSet without_groups = first;
    without_groups.groups.clear();
    EXPECT_FALSE(registry.remove(kOne, without_groups));
    EXPECT_EQ(registry.describe(kOne).size(), 1U);
    EXPECT_EQ(registry.remove(kOne, first), SourceError::UnknownSource);
    EXPECT_EQ(registry.remove(kTwo, camera(30, "a-v1", "n")), SourceError::UnknownSource) << "of another endpoint";
    SourceSet part;
    part.sources = {video(31, "a-v1", "n")};
    EXPECT_EQ(registry.remove(kOne, part), SourceError::BadGroup) << "a group would lose a member";
    EXPECT_EQ(registry.describe(kOne).at(0).ssrcs.size(), 3U);
}

TEST(SourceRegistry, RefusesWhatJicofoRefuses) {
    SourceRegistry registry;
    registry.reserve(5, 6);
    ASSERT_FALSE(registry.add(kOne, camera(10, "a-v0", "m")));
    const auto refused = [&](const SourceSet& set) { return registry.add(kTwo, set); };
    EXPECT_EQ(refused({{video(11, "b-v0", "x")}, {}}), SourceError::SsrcInUse);
    EXPECT_EQ(refused({{video(6, "b-v0", "x")}, {}}), SourceError::SsrcInUse);
    EXPECT_EQ(refused({{video(99, "b-v0", "x"), video(99, "b-v0", "x")}, {}}), SourceError::SsrcInUse);
    EXPECT_EQ(refused({{video(99, "b-v0", "m")}, {}}), SourceError::MsidInUse);
    EXPECT_EQ(refused({{video(98, "b-v0", "x"), video(99, "b-v1", "x")}, {}}), SourceError::MsidInUse);
    EXPECT_EQ(refused({{video(98, "b-v0", "x"), video(99, "b-v0", "x")}, {}}), SourceError::BadGroup) << "ungrouped";
    EXPECT_EQ(refused({{video(98, "b-v0", "x")}, {{Semantics::Fid, {98, 11}}}}), SourceError::BadGroup) << "foreign member";
    EXPECT_EQ(refused({{video(98, "b-v0", "x")}, {{Semantics::Fid, {98, 98}}}}), SourceError::BadGroup);
    EXPECT_EQ(refused({{}, {{Semantics::Sim, {98}}}}), SourceError::BadGroup);
    SourceSet many;
    for (std::uint32_t at = 0; at < 21; ++at) many.sources.push_back(video(1000 + at, "b-v0", "x"));
    EXPECT_EQ(refused(many), SourceError::TooMany);
    EXPECT_TRUE(registry.of(kTwo).empty());
}

TEST(SourceRegistry, StripsSimulcastForReceivers) {
    const SourceSet stripped = without_simulcast(camera(10, "a-v0", "m"));
    ASSERT_EQ(stripped.sources.size(), 2U);
    EXPECT_EQ(stripped.sources[0].ssrc, 11U);
    EXPECT_EQ(stripped.sources[1].ssrc, 14U);
    ASSERT_EQ(stripped.groups.size(), 1U);
    EXPECT_EQ(stripped.groups[0].semantics, Semantics::Fid);
}

}  // namespace
}  // namespace klassenraum::jingle
