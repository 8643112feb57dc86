// `klassenraum account add|list|lock|unlock|reset|remove`: works on the place of the accounts (a file, a database; a
// directory is only read), with the service running or not. Data goes to `out`, talk and errors to `err`, passwords
// come from `in` or are generated and printed once.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::admin {

enum ExitCode : int { kOk = 0, kRefused = 1, kUsage = 2, kEnvironment = 3, kNotRunning = 4 };

struct CommandContext {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    Entropy& entropy;
    WallTime now;
    std::string language;       // LANG
    config::Settings settings;  // used unless --state or --config says otherwise
    std::string public_origin;  // for the letter
    // Reads one line from the terminal without echo after showing the prompt; empty function: read a line of `in`.
    std::function<std::string(const std::string& prompt)> ask_secret;
    // What another configuration file says, for --config; empty function: --config is refused.
    std::function<config::Settings(const std::string& file)> settings_of;
};

// `arguments` are those behind "account".
int account_command(const std::vector<std::string>& arguments, CommandContext& context);

}  // namespace klassenraum::admin
