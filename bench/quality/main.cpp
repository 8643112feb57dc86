// klassenraum-quality: plays lessons on bad lines in virtual time and prints what people would have seen and heard,
// beside the goals. The same seed gives the same octets.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "bench/quality/print.hpp"
#include "bench/quality/scenario.hpp"
#include "bench/quality/watch.hpp"

namespace klassenraum::quality {
namespace {

constexpr const char* kUsage =
    "klassenraum-quality [--seed FIRST] [--repeats N] [--json] [--brief] [--narrate] [--list] [SCENARIO …]\n"
    "  --seed FIRST   seeds FIRST, FIRST + 1, … are played (1)\n"
    "  --repeats N    how many (3)\n"
    "  --brief        only figures that have a goal\n"
    "  --narrate      what happens second by second, on standard error\n"
    "  --json         one JSON object instead of the table\n";

struct Arguments {
    std::uint64_t seed = 1;
    std::uint64_t repeats = 3;
    Style style = Style::Table;
    bool list = false;
    std::vector<std::string> names;
};

bool read(int count, char** words, Arguments& arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const auto number = [&] { return ++i < count ? std::strtoull(words[i], nullptr, 10) : 0; };
        if (word == "--seed") {
            arguments.seed = number();
        } else if (word == "--repeats") {
            arguments.repeats = number();
        } else if (word == "--json") {
            arguments.style = Style::Json;
        } else if (word == "--brief") {
            arguments.style = Style::Brief;
        } else if (word == "--narrate") {
            Watch::narrate();
        } else if (word == "--list") {
            arguments.list = true;
        } else if (word.starts_with("-") || find_scenario(word) == nullptr) {
            return false;
        } else {
            arguments.names.push_back(word);
        }
    }
    return arguments.repeats > 0;
}

Played play(const Scenario& scenario, const Arguments& arguments) {
    Played played{.scenario = &scenario, .first_seed = arguments.seed, .runs = {}};
    const auto began = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < arguments.repeats; ++i) played.runs.push_back(scenario.run(arguments.seed + i));
    played.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return played;
}

int run(int count, char** words) {
    Arguments arguments;
    if (!read(count, words, arguments)) {
        std::cerr << kUsage;
        return 2;
    }
    if (arguments.list) {
        for (const Scenario& scenario : scenarios()) std::cout << scenario.name << "\t" << scenario.story << "\n";
        return 0;
    }
    std::vector<const Scenario*> chosen;
    for (const std::string& name : arguments.names) chosen.push_back(find_scenario(name));
    for (const Scenario& scenario : scenarios()) {
        if (arguments.names.empty() && !scenario.takes_long) chosen.push_back(&scenario);
    }
    print_begin(arguments.style);
    bool reached = true;
    for (const Scenario* scenario : chosen) {
        const Played played = play(*scenario, arguments);
        print(played, arguments.style, scenario == chosen.front());
        for (const Summary& summary : summarize(played.runs)) reached = reached && summary.reached;
    }
    print_end(arguments.style);
    return reached ? 0 : 1;
}

}  // namespace
}  // namespace klassenraum::quality

int main(int count, char** words) {
    return klassenraum::quality::run(count, words);
}
