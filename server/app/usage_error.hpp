// What a command line that cannot be understood is answered with: what is wrong, what was perhaps meant, what to do
// next.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace klassenraum::app {

// `app` has just refused what was typed.
std::string explain_usage(const CLI::App& app, const CLI::ParseError& error, bool german);

}  // namespace klassenraum::app
