// The scenarios by name: lessons on lines of every kind in virtual time, each a function of its seed. tests/sim asserts
// what they show, klassenraum-quality prints it beside the goals.
#pragma once

#include <span>
#include <string_view>

#include "bench/quality/figure.hpp"

namespace klassenraum::quality {

struct Scenario {
    std::string_view name;
    std::string_view story;
    Outcome (*run)(std::uint64_t seed);
    bool takes_long = false;  // only when named
};

std::span<const Scenario> scenarios();
const Scenario* find_scenario(std::string_view name);

// rates.cpp
Outcome rate_falls_and_recovers(std::uint64_t seed);
Outcome rates_stay(std::uint64_t seed);
Outcome somebody_downloads(std::uint64_t seed);
Outcome screen_on_a_full_line(std::uint64_t seed);
Outcome layers_of_vp9(std::uint64_t seed);
Outcome layers_of_av1(std::uint64_t seed);

// pair.cpp
Outcome two_with_real_cameras(std::uint64_t seed);
Outcome way_becomes_longer(std::uint64_t seed);

// losses.cpp
Outcome loses_1_percent(std::uint64_t seed);
Outcome loses_10_percent(std::uint64_t seed);
Outcome loses_10_percent_in_bursts(std::uint64_t seed);
Outcome loses_30_percent(std::uint64_t seed);
Outcome loses_30_percent_in_bursts(std::uint64_t seed);
Outcome is_far_away(std::uint64_t seed);
Outcome is_disordered(std::uint64_t seed);
Outcome is_interrupted_for_2_s(std::uint64_t seed);
Outcome is_interrupted_for_8_s(std::uint64_t seed);
Outcome changes_its_network(std::uint64_t seed);
Outcome changes_its_port(std::uint64_t seed);

// classes.cpp
Outcome one_line_of_thirty_is_bad(std::uint64_t seed);
Outcome speakers_change_every_2_s(std::uint64_t seed);
Outcome somebody_joins(std::uint64_t seed);
Outcome two_minutes_of_thirty(std::uint64_t seed);
Outcome an_hour_of_thirty(std::uint64_t seed);

}  // namespace klassenraum::quality
