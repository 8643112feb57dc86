// --help in German. The command line's words stand in English where its commands are defined; here is what they are
// called in German. A phrase that is missing stays English, which the test of the commands notices.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace klassenraum::app {

// After all commands were added.
void speak_german(CLI::App& app);

}  // namespace klassenraum::app
