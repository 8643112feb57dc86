// The command line (product.md §7): reads arguments, loads settings, and runs what was asked for. Talk goes to stderr
// but for what was asked for; German where LANG says so. The exit codes are those of product.md.
#pragma once

namespace klassenraum::app {

int run_command_line(int argc, char** argv);

}  // namespace klassenraum::app
