#include "server/metrics/prometheus.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "server/metrics/counters.hpp"

namespace klassenraum::metrics {
namespace {

static_assert(!std::is_convertible_v<std::string, Name>);
static_assert(!std::is_convertible_v<const char*, Name>);

TEST(Prometheus, WritesFamiliesWithHelpTypeAndSamples) {
    Text text;
    text.gauge("klassenraum_rooms", "Rooms open now.");
    text.sample(3);
    text.counter("klassenraum_drops_total", "Packets dropped.");
    text.sample("reason", "too_old", 7);
    text.sample("worker", std::uint64_t{1}, 2);
    EXPECT_EQ(text.text(),
              "# HELP klassenraum_rooms Rooms open now.\n# TYPE klassenraum_rooms gauge\nklassenraum_rooms 3\n"
              "# HELP klassenraum_drops_total Packets dropped.\n# TYPE klassenraum_drops_total counter\n"
              "klassenraum_drops_total{reason=\"too_old\"} 7\nklassenraum_drops_total{worker=\"1\"} 2\n");
}

TEST(Counter, AddsUp) {
    Counter counter;
    counter.add();
    counter.add(4);
    EXPECT_EQ(counter.value(), 5U);
}

}  // namespace
}  // namespace klassenraum::metrics
