// The commands of klassenraum-bench.
#pragma once

namespace klassenraum::bench {

int run_command_line(int argc, char** argv);

}  // namespace klassenraum::bench
