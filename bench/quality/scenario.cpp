#include "bench/quality/scenario.hpp"

#include <algorithm>
#include <array>

namespace klassenraum::quality {

namespace {

constexpr std::array kScenarios{
    Scenario{"drop-recover", "a learner's line: 2 Mbit/s, 20 s of 0.5, 2 again", rate_falls_and_recovers},
};

}  // namespace

std::span<const Scenario> scenarios() {
    return kScenarios;
}

const Scenario* find_scenario(std::string_view name) {
    const auto found = std::ranges::find(kScenarios, name, &Scenario::name);
    return found == kScenarios.end() ? nullptr : &*found;
}

}  // namespace klassenraum::quality
