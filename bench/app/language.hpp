// German where the language settings say so, English elsewhere: the help of the command line, and what is said about a
// command line that cannot be understood.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace klassenraum::bench {

bool speaks_german();
// After all commands were added. A phrase that has no German stays English, which the test of the program notices.
void speak_german(CLI::App& app);
// `app` has just refused what was typed: what is wrong, what was perhaps meant, what to do next.
std::string explain_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace klassenraum::bench
