// How the command line speaks: German where the language says so, data to `out`, talk to `err`, and every refusal says
// what failed, why, and what to do next. Shared by the commands of this folder.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "config/load.hpp"

namespace klassenraum::admin {

struct Surroundings {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    std::string language;  // LANG
    config::Settings settings;
    std::string config_file;            // the one that was read; empty: none
    std::function<void(int)> sleep_ms;  // between two looks of --watch and --wait
    bool color = false;                 // `out` is a terminal and NO_COLOR is not set
    // One line typed without echo after the prompt; empty function: there is nobody to ask.
    std::function<std::string(const std::string& prompt)> ask_secret = {};

    bool german() const { return language.starts_with("de"); }
    // The wording of the language in use.
    const char* word(const char* german_text, const char* english_text) const {
        return german() ? german_text : english_text;
    }
    void say(std::string_view german_text, std::string_view english_text) const;
};

}  // namespace klassenraum::admin
