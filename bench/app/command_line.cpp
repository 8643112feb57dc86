#include "bench/app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>

#include "bench/app/language.hpp"
#include "bench/app/output.hpp"
#include "bench/app/presets.hpp"
#include "bench/app/series.hpp"
#include "bench/app/wish.hpp"
#include "bench/net/complaint.hpp"
#include "bench/peers/janus.hpp"
#include "bench/peers/mediasoup.hpp"
#include "config/spelling.hpp"

namespace klassenraum::bench {

namespace {

Scenario scenario_of(const std::string& preset, const Wish& wish) {
    std::optional<Scenario> scenario = preset.empty() ? Scenario{} : preset_scenario(preset);
    if (!scenario) {
        std::vector<std::string> names;
        for (const Preset& known : presets()) names.emplace_back(known.name);
        const std::string meant = config::nearest(preset, names, 3);
        throw UsageComplaint(
            "There is no preset " + preset + "." + (meant.empty() ? "" : " Did you mean " + meant + "?") +
                " Next: klassenraum-bench preset",
            "Es gibt keine Last " + preset + "." + (meant.empty() ? "" : " Meinten Sie " + meant + "?") +
                " Als Nächstes: klassenraum-bench preset");
    }
    apply(wish, *scenario);
    return *scenario;
}

int list_presets() {
    std::size_t width = 0;
    for (const Preset& preset : presets()) width = std::max(width, preset.name.size());
    for (const Preset& preset : presets()) {
        std::cout << "  " << preset.name << std::string(width + 2 - preset.name.size(), ' ')
                  << (speaks_german() ? preset.german : preset.english) << "\n";
    }
    return kOk;
}

int run(const std::string& preset, const Wish& wish) {
    std::vector<Outcome> outcomes{run_scenario(scenario_of(preset, wish), wish.target, run_options(wish))};
    return finish(outcomes, wish);
}

// What a search is for when nothing else is said: nobody waits, nothing freezes, voices are whole.
std::vector<std::string> usual_thresholds(const Scenario& scenario) {
    std::vector<std::string> usual{"failed<=0",          "missing<=0",     "loss_share<1%", "audio_delay_p99<50ms",
                                   "audio_gap_share<1%", "frozen_share<1%"};
    // Near its limit a server shows fewer pictures before anything else suffers.
    if (scenario.cameras > 1) usual.emplace_back("pictures_share>95%");
    return usual;
}

int search_limit(const std::string& preset, Wish wish, std::uint32_t most_rooms) {
    const Scenario scenario = scenario_of(preset, wish);
    if (wish.thresholds.empty()) wish.thresholds = usual_thresholds(scenario);
    const RunOptions options = run_options(wish);
    const auto with_rooms = [&](std::uint32_t rooms) {
        Scenario larger = scenario;
        larger.rooms = rooms;
        return run_scenario(larger, wish.target, options);
    };
    Limit limit = find_limit(with_rooms, scenario.rooms, most_rooms, read_thresholds(wish.thresholds));
    wish.thresholds.clear();  // they have judged already
    const int code = finish(limit.outcomes, wish, text_of(limit, speaks_german()));
    return limit.held > 0 ? kOk : code;  // a limit that was found is a result, not a failure
}

int run_suite(std::vector<std::string> names, const Wish& wish) {
    if (names.empty())
        names = {"klasse-30", "nur-ton", "galerie-25", "funkloch", "lehrkraft-weg", "schule-443", "sturm-120"};
    std::vector<Scenario> scenarios;
    for (const std::string& name : names) scenarios.push_back(scenario_of(name, wish));
    std::vector<Outcome> outcomes;
    for (const Scenario& scenario : scenarios)
        outcomes.push_back(run_scenario(scenario, wish.target, run_options(wish)));
    return finish(outcomes, wish, outcomes.size() > 1 ? summary_of(outcomes, speaks_german()) : std::string());
}

Side side_of(const std::string& name, const Scenario& scenario, const Target& target, const RunOptions& options) {
    return {name, [=] {
                Outcome outcome = run_scenario(scenario, target, options);
                outcome.peer = name;
                return outcome;
            }};
}

int run_comparison(const std::string& preset,
                   const std::string& peer,
                   const std::vector<std::string>& peer_settings,
                   unsigned rounds,
                   const Wish& wish) {
    const Scenario scenario = scenario_of(preset.empty() ? "eins-zu-50" : preset, wish);
    const RunOptions options = run_options(wish);
    Side other;
    if (peer.find('/') != std::string::npos) {
        Target target = wish.target;
        target.server.binary = peer;
        std::ranges::copy(peer_settings, std::back_inserter(target.server.settings));
        other = side_of("klassenraum (2)", scenario, target, options);
    } else if (peer == "janus") {
        other = {peer, [=] {
                     Janus janus;
                     return run_against(janus, scenario, options);
                 }};
    } else if (peer == "mediasoup") {
        Mediasoup::look_for(wish.mediasoup);
        other = {peer, [=, &wish] {
                     Mediasoup mediasoup(wish.mediasoup);
                     return run_against(mediasoup, scenario, options);
                 }};
    } else {
        throw UsageComplaint("--peer: janus, mediasoup, or another server program's path.",
                             "--peer: janus, mediasoup oder der Pfad eines anderen Serverprogramms.");
    }
    Comparison comparison = compare(side_of("klassenraum", scenario, wish.target, options), other, rounds);
    return finish(comparison.outcomes, wish, table_of(comparison, "klassenraum", other.name, speaks_german()));
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app("Load tests for Klassenraum and its peers: real signalling and media, no browser");
    app.require_subcommand(1);
    Wish wish;
    std::string preset;
    std::string file;
    std::string peer = "janus";
    std::vector<std::string> peer_settings;
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
    compare_command->add_option("--peer-set", peer_settings, "section.key=value for that other server")
        ->allow_extra_args(false);
    compare_command->add_option("--mediasoup", wish.mediasoup, "folder with node_modules/mediasoup, its worker built");
    compare_command->add_option("--rounds", rounds, "runs of each side")->check(CLI::Range(1, 20).description(""));
    for (CLI::App* command : {run_command, preset_command, limit_command, suite_command, compare_command}) {
        add_scenario_options(*command, wish);
        add_target_options(*command, wish);
        add_output_options(*command, wish);
        add_run_options(*command, wish);
    }
    CLI::App* report_command = app.add_subcommand("report", "tell the results of a --json file again");
    CLI::App* check_command = app.add_subcommand("check", "hold the results of a --json file to thresholds");
    for (CLI::App* command : {report_command, check_command}) {
        command->add_option("file", file, "written by --json")->required();
        add_output_options(*command, wish);
    }
    if (speaks_german()) speak_german(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        std::cerr << explain_usage(app, error) << "\n";
        return kUsage;
    }
    try {
        look_ahead(wish);
        if (run_command->parsed()) return run("", wish);
        if (limit_command->parsed()) return search_limit(preset, wish, most_rooms);
        if (suite_command->parsed()) return run_suite(names, wish);
        if (compare_command->parsed()) return run_comparison(preset, peer, peer_settings, rounds, wish);
        if (preset_command->parsed()) return preset.empty() ? list_presets() : run(preset, wish);
        std::vector<Outcome> outcomes = read_outcomes(file);
        return check_command->parsed() ? judge(outcomes, wish) : finish(outcomes, wish);
    } catch (const UsageComplaint& complaint) {
        std::cerr << (speaks_german() ? complaint.german() : complaint.what()) << "\n";
        return kUsage;
    } catch (const Complaint& complaint) {
        std::cerr << (speaks_german() ? complaint.german() : complaint.what()) << "\n";
        return kEnvironment;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return kEnvironment;
    }
}

}  // namespace klassenraum::bench
