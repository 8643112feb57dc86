// Several runs in a row: the search for a limit, a suite of presets, a comparison of two sides that takes turns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/app/run.hpp"

namespace klassenraum::bench {

// How many rooms of that kind a server bears.
struct Limit {
    std::vector<Outcome> outcomes;  // in the order in which they were tried
    std::uint32_t held = 0;         // rooms with which all thresholds held
    std::uint32_t broke = 0;        // the least with which one did not; 0: none was found
    bool bench_was_limit = false;
    double cores_per_room = 0;       // of the server, at the largest load that held
    double rooms_of_a_core = 0;      // from that
    double rooms_of_a_core_net = 0;  // with the bare sender's floor taken off: what a network card would not bill
};
Limit find_limit(const Scenario& scenario,
                 const Target& target,
                 const RunOptions& options,
                 const std::vector<Threshold>& thresholds,
                 std::uint32_t most_rooms);
std::string text_of(const Limit& limit, bool german);

// One side of a comparison; each call is a run.
struct Side {
    std::string name;
    std::function<Outcome()> run;
};
struct Ratio {
    const FigureKind* kind = nullptr;
    double ours = 0;  // medians
    double other = 0;
    double ratio = 0;  // ours / other: the median of the rounds' ratios, and their span
    double least = 0;
    double most = 0;
};
struct Comparison {
    std::vector<Outcome> outcomes;
    std::vector<Ratio> ratios;
};
Comparison compare(const Side& ours, const Side& other, unsigned rounds);
std::string table_of(const Comparison& comparison, const std::string& ours, const std::string& other, bool german);

}  // namespace klassenraum::bench
