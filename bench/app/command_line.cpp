#include "bench/app/command_line.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "bench/app/presets.hpp"
#include "bench/app/series.hpp"
#include "bench/app/wish.hpp"

namespace klassenraum::bench {

namespace {

bool speaks_german() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
            return std::string_view(value).starts_with("de");
        }
    }
    return false;
}

// On stderr: a bar on a terminal, nothing elsewhere.
void draw_progress(double done, const std::string& what) {
    constexpr int kWidth = 30;
    const int full = static_cast<int>(done * kWidth);
    std::cerr << "\r[";
    for (int i = 0; i < kWidth; ++i) std::cerr << (i < full ? '#' : '.');
    std::cerr << "] " << static_cast<int>(done * 100) << " %  " << what << "        ";
    if (done >= 1) std::cerr << "\r" << std::string(kWidth + 40, ' ') << "\r";
    std::cerr << std::flush;
}

RunOptions run_options(const Wish& wish) {
    RunOptions options{.threads = wish.threads, .measure_floor = !wish.no_floor};
    if (!wish.quiet && isatty(STDERR_FILENO) == 1) options.progress = draw_progress;
    return options;
}

std::vector<Threshold> read_thresholds(const std::vector<std::string>& texts) {
    std::vector<Threshold> thresholds;
    for (const std::string& text : texts) {
        const auto threshold = parse_threshold(text);
        if (!threshold) throw std::invalid_argument("--threshold: not understood: " + text);
        thresholds.push_back(*threshold);
    }
    return thresholds;
}

void write(const std::string& file, const std::string& text) {
    if (file == "-") {
        std::cout << text << std::flush;
        return;
    }
    std::ofstream out(file, std::ios::trunc);
    out << text;
    if (!out) throw std::runtime_error("Cannot write " + file + ".");
}

std::string read(const std::string& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("Cannot read " + file + ".");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Judges and tells; the exit code.
int finish(std::vector<Outcome>& outcomes, const Wish& wish) {
    bool broken = false;
    bool limited = false;
    for (Outcome& outcome : outcomes) {
        for (const Threshold& threshold : read_thresholds(wish.thresholds)) {
            if (!threshold.holds(outcome.figures)) outcome.broken.push_back(threshold.text);
        }
        broken = broken || !outcome.broken.empty();
        limited = limited || !outcome.bottlenecks.empty();
    }
    const bool to_stdout = wish.json_file == "-" || wish.csv_file == "-" || wish.svg_file == "-";
    if (!to_stdout) {
        for (const Outcome& outcome : outcomes) std::cout << table_of(outcome, speaks_german());
    }
    if (!wish.json_file.empty()) write(wish.json_file, json_of(outcomes));
    if (!wish.csv_file.empty()) write(wish.csv_file, csv_of(outcomes));
    if (!wish.svg_file.empty() && !outcomes.empty()) write(wish.svg_file, svg_of(outcomes.back(), speaks_german()));
    // A figure that the bench itself spoilt says nothing about the server, neither good nor bad.
    if (limited) return kBenchWasTheLimit;
    return broken ? kThresholdBroken : kOk;
}

Scenario scenario_of(const std::string& preset, const Wish& wish) {
    std::optional<Scenario> scenario = preset.empty() ? Scenario{} : preset_scenario(preset);
    if (!scenario) throw std::invalid_argument("There is no preset " + preset + "; the list: klassenraum-bench preset");
    apply(wish, *scenario);
    return *scenario;
}

int list_presets() {
    for (const Preset& preset : presets()) {
        std::cout << "  " << preset.name << std::string(16 - std::min<std::size_t>(preset.name.size(), 15), ' ')
                  << (speaks_german() ? preset.german : preset.english) << "\n";
    }
    return kOk;
}

int run(const std::string& preset, const Wish& wish) {
    (void)read_thresholds(wish.thresholds);  // before minutes of work
    std::vector<Outcome> outcomes{run_scenario(scenario_of(preset, wish), wish.target, run_options(wish))};
    return finish(outcomes, wish);
}

// What a search is for when nothing else is said: nobody waits, nothing freezes, voices are whole.
std::vector<std::string> usual_thresholds() {
    return {"failed<=0", "loss_share<1%", "audio_delay_p99<50ms", "audio_gap_share<1%", "frozen_share<1%"};
}

int search_limit(const std::string& preset, Wish wish, std::uint32_t most_rooms) {
    if (wish.thresholds.empty()) wish.thresholds = usual_thresholds();
    Limit limit = find_limit(scenario_of(preset, wish), wish.target, run_options(wish),
                             read_thresholds(wish.thresholds), most_rooms);
    wish.thresholds.clear();  // a limit that was found is a result, not a failure
    for (Outcome& outcome : limit.outcomes) outcome.broken.clear();
    const int code = finish(limit.outcomes, wish);
    if (wish.json_file != "-" && wish.csv_file != "-") std::cout << text_of(limit, speaks_german());
    return limit.held > 0 ? kOk : code == kOk ? kThresholdBroken : code;
}

int run_suite(std::vector<std::string> names, const Wish& wish) {
    if (names.empty())
        names = {"klasse-30", "nur-ton", "galerie-25", "funkloch", "lehrkraft-weg", "schule-443", "sturm-120"};
    std::vector<Scenario> scenarios;
    for (const std::string& name : names) scenarios.push_back(scenario_of(name, wish));
    std::vector<Outcome> outcomes;
    for (const Scenario& scenario : scenarios)
        outcomes.push_back(run_scenario(scenario, wish.target, run_options(wish)));
    return finish(outcomes, wish);
}

Side side_of(const std::string& name, const Scenario& scenario, const Target& target, const RunOptions& options) {
    return {name, [=] {
                Outcome outcome = run_scenario(scenario, target, options);
                outcome.peer = name;
                return outcome;
            }};
}

int run_comparison(const std::string& preset, const std::string& peer, unsigned rounds, const Wish& wish) {
    const Scenario scenario = scenario_of(preset.empty() ? "eins-zu-50" : preset, wish);
    const RunOptions options = run_options(wish);
    Side other;
    if (peer.find('/') != std::string::npos) {
        Target target = wish.target;
        target.server.binary = peer;
        other = side_of("klassenraum (2)", scenario, target, options);
    } else if (peer == "janus") {
        other = {peer, [=] { return run_against_janus(scenario, options); }};
    } else if (peer == "mediasoup") {
        throw std::runtime_error(
            "mediasoup's worker is not on this machine: its npm package fetches a binary, or what it is built from, "
            "from "
            "elsewhere. performance.md has its figures; compare with --peer janus here.");
    } else {
        throw std::invalid_argument("--peer: janus, mediasoup, or another server program's path");
    }
    Comparison comparison = compare(side_of("klassenraum", scenario, wish.target, options), other, rounds);
    const int code = finish(comparison.outcomes, wish);
    if (wish.json_file != "-" && wish.csv_file != "-") {
        std::cout << table_of(comparison, "klassenraum", other.name, speaks_german());
    }
    return code;
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app("Load tests for Klassenraum and its peers: real signalling and media, no browser");
    app.require_subcommand(1);
    Wish wish;
    std::string preset;
    std::string file;
    std::string peer = "janus";
    unsigned rounds = 3;
    std::uint32_t most_rooms = 200;
    std::vector<std::string> names;
    CLI::App* run_command = app.add_subcommand("run", "one load, described by options");
    CLI::App* preset_command = app.add_subcommand("preset", "a load with a name; without a name: the list");
    preset_command->add_option("name", preset, "such as klasse-30");
    CLI::App* limit_command = app.add_subcommand("find-limit", "how many rooms of a preset the server bears");
    limit_command->add_option("name", preset, "preset; else the room that the options describe");
    limit_command->add_option("--most-rooms", most_rooms, "where the search ends");
    CLI::App* suite_command = app.add_subcommand("suite", "several presets, one after the other");
    suite_command->add_option("names", names, "presets; else the usual ones");
    CLI::App* compare_command = app.add_subcommand("compare", "the same load against a peer, taking turns");
    compare_command->add_option("name", preset, "preset; else eins-zu-50");
    compare_command->add_option("--peer", peer, "janus, mediasoup, or another server program's path");
    compare_command->add_option("--rounds", rounds, "runs of each side")->check(CLI::Range(1, 20));
    for (CLI::App* command : {run_command, preset_command, limit_command, suite_command, compare_command}) {
        add_scenario_options(*command, wish);
        add_target_options(*command, wish);
        add_output_options(*command, wish);
    }
    CLI::App* report_command = app.add_subcommand("report", "tell the results of a --json file again");
    CLI::App* check_command = app.add_subcommand("check", "hold the results of a --json file to thresholds");
    for (CLI::App* command : {report_command, check_command}) {
        command->add_option("file", file, "written by --json")->required();
        add_output_options(*command, wish);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    try {
        if (run_command->parsed()) return run("", wish);
        if (limit_command->parsed()) return search_limit(preset, wish, most_rooms);
        if (suite_command->parsed()) return run_suite(names, wish);
        if (compare_command->parsed()) return run_comparison(preset, peer, rounds, wish);
        if (preset_command->parsed()) return preset.empty() ? list_presets() : run(preset, wish);
        std::vector<Outcome> outcomes = outcomes_from_json(read(file));
        return finish(outcomes, wish);
    } catch (const std::invalid_argument& error) {
        std::cerr << error.what() << "\n";
        return kUsage;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return kEnvironment;
    }
}

}  // namespace klassenraum::bench
