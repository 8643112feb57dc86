// Several runs in a row: the search for a limit, a suite of presets, a comparison of two sides that takes turns.
#pragma once

#include <functional>
#include <optional>
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
    // CPU time, which is told even where the bench was the limit: at the largest load that held, else that was served.
    std::uint32_t rooms_for_cores = 0;
    double cores_per_room = 0;
    // With the bare sender's floor taken off: what a network card would not bill. Empty: not measured, or nothing left.
    std::optional<double> cores_per_room_net = std::nullopt;
};
Limit find_limit(const std::function<Outcome(std::uint32_t rooms)>& run,
                 std::uint32_t first,
                 std::uint32_t most,
                 const std::vector<Threshold>& thresholds);
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
