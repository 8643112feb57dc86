// The commands of klassenraum-bench and their exit codes.
#pragma once

namespace klassenraum::bench {

inline constexpr int kOk = 0;
inline constexpr int kThresholdBroken = 1;
inline constexpr int kUsage = 2;
inline constexpr int kEnvironment = 3;
inline constexpr int kBenchWasTheLimit = 4;

int run_command_line(int argc, char** argv);

}  // namespace klassenraum::bench
