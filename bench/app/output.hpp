// What a command does with what it has measured: thresholds judge it, tables, files and the exit code tell it.
#pragma once

#include <string>
#include <vector>

#include "bench/app/run.hpp"
#include "bench/app/wish.hpp"
#include "bench/report/report.hpp"

namespace klassenraum::bench {

enum ExitCode : int { kOk = 0, kThresholdBroken = 1, kUsage = 2, kEnvironment = 3, kBenchWasTheLimit = 4 };

// Throws UsageComplaint.
std::vector<Threshold> read_thresholds(const std::vector<std::string>& texts);
// Throws UsageComplaint or Complaint before minutes of work: thresholds that cannot be read, files that cannot be
// written.
void look_ahead(const Wish& wish);

// Judges, writes the files, and prints the tables unless standard output is taken; `epilogue` follows them.
int finish(std::vector<Outcome>& outcomes, const Wish& wish, const std::string& epilogue = {});
// Prints for each run and threshold whether it holds.
int judge(std::vector<Outcome>& outcomes, const Wish& wish);
// Of a file that --json wrote. Throws Complaint.
std::vector<Outcome> read_outcomes(const std::string& file);

// A bar on standard error when that is a terminal and nobody wants quiet.
RunOptions run_options(const Wish& wish);

}  // namespace klassenraum::bench
