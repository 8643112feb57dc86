// Loads with a name: what schools have, and what other SFUs are measured with.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bench/load/scenario.hpp"

namespace klassenraum::bench {

struct Preset {
    std::string_view name;
    std::string_view german;
    std::string_view english;
    Scenario (*make)();
};
const std::vector<Preset>& presets();
std::optional<Scenario> preset_scenario(std::string_view name);

}  // namespace klassenraum::bench
