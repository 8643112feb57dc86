#include "bench/app/command_line.hpp"

int main(int argc, char** argv) {
    return klassenraum::bench::run_command_line(argc, argv);
}
