// A run's outcome and how it is told: a table for people, JSON and CSV for programs, a plot over time as SVG. The table
// and the JSON hold nothing about anybody: numbers, the kind of machine, the scenario.
#pragma once

#include <string>
#include <vector>

#include "bench/report/figures.hpp"

namespace klassenraum::bench {

struct Machine {
    std::string processor;
    unsigned cores = 0;
    std::string kernel;
    std::string date;  // ISO 8601, UTC
};
Machine this_machine();

// About once a second, from the first join on.
struct Moment {
    double seconds = 0;
    double packets_out = 0;  // per s
    double server_cores = 0;
    double delay_p99_us = 0;
    double connected = 0;
    double server_resident = 0;  // KiB
};

struct Outcome {
    std::string scenario;
    std::string peer = "klassenraum";
    std::vector<std::pair<std::string, double>> settings = {};  // of the scenario
    Figures figures = {};
    std::vector<Moment> moments = {};
    double measured_from = 0;                   // on the moments' time: before, people joined
    std::vector<std::string> bottlenecks = {};  // why the bench itself was the limit; empty: it was not
    std::vector<std::string> broken = {};       // thresholds
    Machine machine = {};
};

std::string table_of(const Outcome& outcome, bool german);
// For each threshold whether it holds, with what was measured.
std::string verdict_of(const Outcome& outcome, const std::vector<Threshold>& thresholds, bool german);
// A line for each run, with the figures that matter most.
std::string summary_of(const std::vector<Outcome>& outcomes, bool german);
std::string json_of(const std::vector<Outcome>& outcomes);
std::string csv_of(const std::vector<Outcome>& outcomes);
std::string svg_of(const std::vector<Outcome>& outcomes, bool german);  // all in the same panels
// Of a file that json_of() wrote. Throws std::runtime_error with one sentence.
std::vector<Outcome> outcomes_from_json(const std::string& text);

}  // namespace klassenraum::bench
