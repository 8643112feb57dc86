// `klassenraum privacy audit [--report FILE]`: parsed here, done in server/privacy. Exit code 0: nothing was found; 1:
// the server wrote what it must not; 3: the audit could not be made.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace klassenraum::app {

struct PrivacyOptions {
    std::string report;
    CLI::App* command = nullptr;
};

void add_privacy_command(CLI::App& app, PrivacyOptions& options);
int privacy_audit(const PrivacyOptions& options, bool german);

}  // namespace klassenraum::app
