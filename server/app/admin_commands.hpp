// The part of the command line that speaks with the running service, examines its surroundings, sets it up or keeps
// what it knows: status, room, drain, offer, config show --effective, reload, doctor, setup, backup, restore,
// wind-down, purge, completion. Parsed here, done in server/admin.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/settings.hpp"

namespace CLI {
class App;
}

namespace klassenraum::app {

// `setup` may be the one that makes the configuration file.
enum class MissingFile : unsigned char { IsAnError, IsEmpty };

// What the commands need of the one that owns the options --config, --set and --state.
struct AdminContext {
    std::function<config::Settings(MissingFile)> settings;  // throws std::runtime_error
    std::function<std::string()> config_file;
    std::function<void(CLI::App&)> add_source_options;
    std::string language;
    std::function<std::string(const std::string& prompt)> ask_secret;
};

class AdminCommands {
public:
    AdminCommands(CLI::App& app, CLI::App& config_show, AdminContext context);
    ~AdminCommands();
    AdminCommands(const AdminCommands&) = delete;
    AdminCommands& operator=(const AdminCommands&) = delete;

    // After parsing: whether the command is one of these, and its exit code.
    bool was_chosen() const;
    int run() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::app
