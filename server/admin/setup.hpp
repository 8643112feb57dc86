// `klassenraum setup`: asks for name, mail and end date (or takes them as options), writes klassenraum.toml, lays down
// a placeholder certificate so that the service can start, fetches a real one through certbot when wanted, and ends
// with the doctor. Repeatable: what is there becomes the suggestion, and nothing that is unchanged is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "protocol/core/time.hpp"
#include "server/admin/talk.hpp"

namespace klassenraum::admin {

struct SetupOptions {
    std::string domain;
    std::string mail;
    std::string until;
    std::string site_operator;
    bool no_input = false;
    bool certbot = false;
};

// Runs a program with its arguments and gives its exit code; tests put another one in its place.
using Run = std::function<int(const std::vector<std::string>& words)>;
int run_program(const std::vector<std::string>& words);

int setup_command(const SetupOptions& options, const Surroundings& surroundings, WallTime now, const Run& run);

}  // namespace klassenraum::admin
