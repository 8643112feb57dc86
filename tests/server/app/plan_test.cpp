// What a worker is told of the settings.
#include "server/app/plan.hpp"

#include <gtest/gtest.h>

#include "config/settings.hpp"
#include "protocol/bwe/estimator.hpp"

namespace klassenraum::app {
namespace {

TEST(Plan, TakesALineAtFirstForWhatTheSimulationsTakeItFor) {
    const shard::Config shard = shard_for(config::Settings{}, Mode::Development, 0, 10'000);
    const bwe::Limits simulated;
    EXPECT_EQ(shard.media.downlink.start, simulated.start);
    EXPECT_EQ(shard.media.downlink.minimum, simulated.minimum);
    EXPECT_EQ(shard.media.downlink.maximum, simulated.maximum);
}

}  // namespace
}  // namespace klassenraum::app
