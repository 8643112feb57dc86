#include "server/app/command_line.hpp"

int main(int argc, char** argv) {
    return klassenraum::app::run_command_line(argc, argv);
}
