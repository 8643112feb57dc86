#include "protocol/colibri/constraints.hpp"

#include <gtest/gtest.h>

namespace klassenraum::colibri {
namespace {

TEST(ReceiverConstraints, WantsNothingBeforeTheFirstMessage) {
    EXPECT_EQ(ReceiverConstraints().max_height("b-v0", "b"), 0);
}

TEST(ReceiverConstraints, TakesThumbnailsWhenTheFirstMessageNamesNoDefault) {
    ReceiverConstraints constraints;
    constraints.merge({.last_n = 5});
    EXPECT_EQ(constraints.max_height("b-v0", "b"), kThumbnailHeight);
    EXPECT_EQ(constraints.last_n(), 5);
}

TEST(ReceiverConstraints, ChangesOnlyTheFieldsAMessageNames) {
    ReceiverConstraints constraints;
    constraints.merge({.default_max_height = 0, .max_heights = {{{"c-v0", 360}, {"b-v0", 720}}}});
    constraints.merge({.last_n = 2});
    EXPECT_EQ(constraints.max_height("b-v0", "b"), 720);
    EXPECT_EQ(constraints.max_height("c-v0", "c"), 360);
    EXPECT_EQ(constraints.max_height("d-v0", "d"), 0);
}

TEST(ReceiverConstraints, ReadsAnEndpointNameAsThatEndpointsVideo) {
    ReceiverConstraints constraints;
    constraints.merge({.default_max_height = 0, .max_heights = {{{"b", 720}}}});
    EXPECT_EQ(constraints.max_height("b-v0", "b"), 720);
}

TEST(ReceiverConstraints, GivesWayToTheClientsWord) {
    ReceiverConstraints constraints;
    constraints.show_thumbnails_unless_told();
    EXPECT_EQ(constraints.max_height("b-v0", "b"), kThumbnailHeight);
    constraints.merge({.default_max_height = 0});
    constraints.show_thumbnails_unless_told();
    EXPECT_EQ(constraints.max_height("b-v0", "b"), 0);
}

}  // namespace
}  // namespace klassenraum::colibri
