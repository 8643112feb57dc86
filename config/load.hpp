// Settings from their sources in the order of product.md §8: defaults, the file, conf.d beside it,
// KLASSENRAUM_SECTION__KEY of the environment, --set. Uses toml++ inside. Runs at start and on a reload, before any
// thread.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.hpp"
#include "protocol/core/result.hpp"

namespace klassenraum::config {

// One sentence for the administrator, naming file and line where known. Never about input from a network.
struct Problem {
    std::string sentence;  // English
    std::string german;
};

// Thrown where the service cannot start or reload: what failed, why, and what to do next.
class Complaint : public std::runtime_error {
public:
    Complaint(const std::string& english, std::string german)
        : std::runtime_error(english), german_(std::move(german)) {}
    explicit Complaint(Problem problem) : Complaint(problem.sentence, std::move(problem.german)) {}
    const std::string& german() const { return german_; }

private:
    std::string german_;
};

struct Sources {
    Settings defaults;                               // --dev has others
    std::string file;                                // empty: none; conf.d/*.toml is looked for in its folder
    std::map<std::string, std::string> environment;  // only names that begin with KLASSENRAUM_ count
    std::vector<std::string> overrides;              // "section.key=value", from --set
};

struct Loaded {
    Settings settings;
    std::vector<Problem> unknown;  // keys nobody knows: an error for `config check`, a warning at run time
};

Result<Loaded, Problem> load(const Sources& sources);

// Where `klassenraum offer` keeps its word, in the state folder; wins over every other source.
std::string offer_file(const Settings& settings);
// Its content for these settings: the offer's end and notice alone.
std::string offer_override(const Offer& offer);

// The environment of this process as a map.
std::map<std::string, std::string> process_environment();

// The keys whose values differ, as "section.key".
std::vector<std::string> differing_keys(const Settings& before, const Settings& after);

// All settings as TOML, as `config show` prints them.
std::string show(const Settings& settings);

// Only what differs from the defaults, as `setup` writes it.
std::string show_changes(const Settings& settings);

// What is wrong with the values taken together (ports, addresses, dates); empty when all is well.
std::vector<Problem> check(const Settings& settings);

}  // namespace klassenraum::config
