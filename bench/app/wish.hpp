// What the command line asks for, besides the command: the scenario's changes, the target, where results go.
#pragma once

#include <string>
#include <vector>

#include "bench/app/run.hpp"

namespace CLI {
class App;
}

namespace klassenraum::bench {

struct Wish {
    // Of the scenario; negative and empty: as it is.
    long rooms = -1;
    long people = -1;
    long cameras = -1;
    long voices = -1;
    long spurts = -1;
    long last_n = -2;
    long tile_height = -1;
    long stage_height = -1;
    double join_over = -1;
    double warm_up = -1;
    double length = -1;
    long seed = -1;
    long workers = -1;
    std::string layers;  // "180:200k,360:500k"
    std::string codec;
    std::string net;
    std::string srtp;
    std::string teacher_login;
    double rejoins = -1;
    double reconnects = -1;
    double layout_changes = -1;
    double speaker_changes = -1;

    Target target;
    std::string mediasoup = ".";  // folder with node_modules/mediasoup
    unsigned threads = 1;
    bool no_floor = false;
    bool quiet = false;
    std::string json_file;
    std::string csv_file;
    std::string svg_file;
    std::vector<std::string> thresholds;
};

void add_scenario_options(CLI::App& command, Wish& wish);
void add_target_options(CLI::App& command, Wish& wish);
void add_output_options(CLI::App& command, Wish& wish);
void add_run_options(CLI::App& command, Wish& wish);
// Throws UsageComplaint.
void apply(const Wish& wish, Scenario& scenario);

}  // namespace klassenraum::bench
