#include "server/app/usage_error.hpp"

#include <CLI/CLI.hpp>
#include <vector>

#include "config/spelling.hpp"

namespace klassenraum::app {
namespace {

constexpr std::size_t kTooFar = 4;  // letters changed

std::vector<const CLI::App*> commands_below(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string nearest_of(const CLI::App& command, const std::string& word) {
    std::vector<std::string> known;
    if (word.starts_with("-")) {
        for (const CLI::Option* option : command.get_options()) {
            for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
        }
    } else {
        for (const CLI::App* one : commands_below(command)) known.push_back(one->get_name());
    }
    return config::nearest(word, known, kTooFar);
}

// "klassenraum room" for `klassenraum room lsit`.
std::string path_to(const CLI::App& app, const CLI::App** last) {
    std::string path = app.get_name();
    *last = &app;
    while (!(*last)->get_subcommands().empty()) {
        *last = (*last)->get_subcommands().front();
        path += " " + (*last)->get_name();
    }
    return path;
}

std::string german_complaint(const CLI::App& command, const CLI::ParseError& error, const std::string& path) {
    const std::string said = error.what();
    if (error.get_name() == "RequiredError") {
        if (!commands_below(command).empty()) return "Nach " + path + " fehlt ein Befehl.";
        return "Es fehlt eine Angabe: " + said.substr(0, said.find(' ')) + ".";
    }
    return "Die Angabe " + said.substr(0, said.find_first_of(": ")) + " passt nicht.";
}

}  // namespace

std::string explain_usage(const CLI::App& app, const CLI::ParseError& error, bool german) {
    const CLI::App* command = nullptr;
    const std::string path = path_to(app, &command);
    const std::vector<std::string> strangers = app.remaining(true);
    std::string text;
    if (strangers.empty()) {
        text = german ? german_complaint(*command, error, path) : std::string(error.what());
        if (!text.ends_with(".")) text += ".";
    } else {
        const std::string& word = strangers.front();
        text = german ? path + " kennt " + word + " nicht." : path + " does not know " + word + ".";
        if (const std::string meant = nearest_of(*command, word); !meant.empty())
            text += (german ? " Meinten Sie " : " Did you mean ") + meant + "?";
    }
    return text + (german ? " Als Nächstes: " : " Next: ") + path + " --help";
}

}  // namespace klassenraum::app
