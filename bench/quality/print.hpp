// A scenario's figures for people and for programs, on standard output.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/quality/figure.hpp"
#include "bench/quality/scenario.hpp"

namespace klassenraum::quality {

enum class Style : std::uint8_t { Table, Brief, Json };

struct Played {
    const Scenario* scenario = nullptr;
    std::uint64_t first_seed = 0;
    std::vector<Outcome> runs;
    double wall_seconds = 0;
};

void print_begin(Style style);
void print(const Played& played, Style style, bool first);
void print_end(Style style);

}  // namespace klassenraum::quality
