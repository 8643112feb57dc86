// The lessons that klassenraum-path and klassenraum-memory play, as klassenraum-bench plays the presets of these names;
// dreissig-gemischt is dreissig-8 with large pictures for one half and small ones for the other, so that the middle one
// is sent and nobody takes it.
#pragma once

#include <string_view>

#include "tests/sim/world.hpp"

namespace klassenraum::path {

inline bool is_load(std::string_view name) {
    return name == "eins-zu-50" || name == "dreissig-8" || name == "dreissig-gemischt";
}

// Everybody joins, and the lesson has been going on for a while.
void fill(sim::World& world, std::string_view load);

}  // namespace klassenraum::path
