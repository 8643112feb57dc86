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

}  // namespace klassenraum::quality
