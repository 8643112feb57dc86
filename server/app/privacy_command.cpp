#include "server/app/privacy_command.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "server/admin/account_command.hpp"
#include "server/privacy/audit.hpp"

namespace klassenraum::app {

void add_privacy_command(CLI::App& app, PrivacyOptions& options) {
    CLI::App* privacy = app.add_subcommand("privacy", "what the service keeps of people: nothing");
    privacy->require_subcommand(1);
    options.command = privacy->add_subcommand(
        "audit", "play a lesson of markers with a private instance and search everything that it writes");
    options.command->add_option("--report", options.report, "write the report to this file as well");
}

int privacy_audit(const PrivacyOptions& options, bool german) {
    const privacy::AuditResult result = privacy::audit("/proc/self/exe");
    const std::string report = privacy::report_of(result, german);
    (result.played ? std::cout : std::cerr) << report << std::flush;
    if (!options.report.empty()) {
        std::ofstream file(options.report, std::ios::trunc);
        file << report;
        if (!file.flush()) {
            std::cerr << (german ? "Der Bericht lässt sich nicht schreiben: " : "Cannot write the report: ")
                      << options.report << "\n";
            return admin::kEnvironment;
        }
    }
    if (!result.played) return admin::kEnvironment;
    return result.findings.empty() ? admin::kOk : admin::kRefused;
}

}  // namespace klassenraum::app
