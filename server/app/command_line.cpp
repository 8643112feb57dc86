#include "server/app/command_line.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "server/admin/account_command.hpp"
#include "server/app/admin_commands.hpp"
#include "server/app/application.hpp"
#include "server/app/german_help.hpp"
#include "server/app/plan.hpp"
#include "server/app/privacy_command.hpp"
#include "server/app/state_folder.hpp"
#include "server/app/usage_error.hpp"
#include "server/app/version.hpp"
#include "server/pages/texts.hpp"
#include "server/worker/clock.hpp"
#include "server/worker/system_entropy.hpp"

namespace klassenraum::app {
namespace {

constexpr const char* kDefaultFile = "/etc/klassenraum/klassenraum.toml";

struct Options {
    bool development = false;
    std::string file;
    std::string state;
    std::vector<std::string> overrides;
    int https_port = -1;
    int media_port = -1;
};

std::string language() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
    }
    return "";
}
bool speaks_german() {
    return language().starts_with("de");
}

const std::string& wording_of(const config::Problem& problem) {
    return speaks_german() ? problem.german : problem.sentence;
}

// For `--https-port 0`, which tests use: a port that is free at this moment on both loopback addresses.
int free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = descriptor >= 0 && bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                       getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    if (descriptor >= 0) close(descriptor);
    if (!bound) throw std::runtime_error("No free TCP port.");
    return ntohs(address.sin_port);
}

std::vector<std::string> endpoints(const Options& options, int port) {
    const std::string number = ":" + std::to_string(port == 0 ? free_port() : port);
    if (options.development) return {"127.0.0.1" + number, "[::1]" + number};
    return {"0.0.0.0" + number, "[::]" + number};
}

config::Sources sources_of(const Options& options) {
    config::Sources sources{
        .defaults = {}, .file = options.file, .environment = config::process_environment(), .overrides = {}};
    if (options.development) {
        sources.defaults.listen.https = endpoints(options, 8443);
        sources.defaults.listen.http.clear();
        sources.defaults.server.state = development_folder();
        sources.defaults.metrics.listen.clear();
        sources.defaults.log.level = config::LogLevel::Warning;
    } else if (sources.file.empty() && std::filesystem::exists(kDefaultFile)) {
        sources.file = kDefaultFile;
    }
    sources.overrides = options.overrides;
    return sources;
}

config::Settings settings_of(const Options& options, const config::Sources& sources) {
    auto loaded = config::load(sources);
    if (!loaded) throw config::Complaint(loaded.error());
    for (const config::Problem& problem : loaded->unknown) std::cerr << wording_of(problem) << "\n";
    config::Settings settings = std::move(loaded->settings);
    if (options.https_port >= 0) settings.listen.https = endpoints(options, options.https_port);
    if (options.media_port >= 0) settings.listen.media_udp = static_cast<std::uint32_t>(options.media_port);
    if (!options.state.empty()) settings.server.state = std::filesystem::absolute(options.state).string();
    for (const config::Problem& problem : config::check(settings)) throw config::Complaint(problem);
    return settings;
}

void greet(const Ready& ready) {
    if (speaks_german()) {
        std::cout
            << "Klassenraum läuft: " << ready.origin << "\n"
            << "Konto:             test, Passwort: test\n"
            << "Zustand liegt in:  " << ready.state_folder << "\n"
            << "Bild und Ton:      UDP " << ready.media_port << ", nur auf diesem Rechner\n\n"
            << "Als Nächstes: die Adresse im Browser öffnen, die Warnung zum selbst erstellten Zertifikat bestätigen,\n"
            << "anmelden und einen Klassenraum anlegen. Strg-C beendet alles.\n";
    } else {
        std::cout
            << "Klassenraum is running: " << ready.origin << "\n"
            << "Account:                test, password: test\n"
            << "State is kept in:       " << ready.state_folder << "\n"
            << "Media:                  UDP " << ready.media_port << ", on this machine only\n\n"
            << "Next: open the address in a browser, accept the warning about the self-made certificate, log in and\n"
            << "create a classroom. Ctrl-C stops everything.\n";
    }
    std::cout << std::flush;
}

int serve(Options options) {
    harden_process();
    if (options.https_port == 0) options.https_port = free_port();  // the same one after a reload
    Launch launch{.mode = options.development ? Mode::Development : Mode::Service, .settings = {}, .load = [options] {
                      return settings_of(options, sources_of(options));
                  }};
    launch.settings = launch.load();
    Application application(std::move(launch));
    application.run([&](const Ready& ready) {
        if (options.development) greet(ready);
    });
    if (options.development)
        std::cout << (speaks_german() ? "Klassenraum ist beendet.\n" : "Klassenraum has stopped.\n");
    return admin::kOk;
}

// Not an error: the service runs, but its public pages are not what they should be.
void warn_of_blanks(const config::Settings& settings) {
    for (const std::string& page : pages::Texts(pages_for(settings, {})).with_blanks()) {
        const std::string file = settings.site.texts + "/" + page + ".md";
        std::cerr << (speaks_german() ? "Hinweis: Auf der Seite /" : "Note: the page /") << page
                  << (speaks_german() ? " sind noch Lücken auszufüllen. Ihr Text: "
                                      : " has blanks to fill in. Its text: ")
                  << file << "\n";
    }
}

int check_config(const Options& options) {
    const auto loaded = config::load(sources_of(options));
    if (!loaded) {
        std::cerr << wording_of(loaded.error()) << "\n";
        return admin::kRefused;
    }
    auto problems = loaded->unknown;
    for (const config::Problem& problem : config::check(loaded->settings)) problems.push_back(problem);
    for (const config::Problem& problem : problems) std::cerr << wording_of(problem) << "\n";
    if (problems.empty()) warn_of_blanks(loaded->settings);
    if (problems.empty())
        std::cerr << (speaks_german() ? "Die Konfiguration ist in Ordnung.\n" : "The configuration is fine.\n");
    return problems.empty() ? admin::kOk : admin::kRefused;
}

std::string ask_secret(const std::string& prompt) {
    termios before{};
    const bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (is_terminal) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        std::cerr << prompt << std::flush;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    std::string line;
    std::getline(std::cin, line);
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::cerr << "\n";
    }
    return line;
}

int account(const Options& options, const std::vector<std::string>& arguments) {
    const config::Settings settings = settings_of(options, sources_of(options));
    worker::SystemEntropy entropy;
    admin::CommandContext context{
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .entropy = entropy,
        .now = worker::wall_now(),
        .language = language(),
        .settings = settings,
        .public_origin = "https://" + public_host(settings),
        .ask_secret = ask_secret,
        .settings_of =
            [](const std::string& file) {
                Options named;
                named.file = file;
                return settings_of(named, sources_of(named));
            },
    };
    return admin::account_command(arguments, context);
}

void add_source_options(CLI::App& command, Options& options) {
    command.add_option("--config", options.file, "configuration file");
    command.add_option("--set", options.overrides, "section.key=value; may be given several times")
        ->allow_extra_args(false);
}

}  // namespace

int run_command_line(int argc, char** argv) {
    Options options;
    CLI::App app("A private video classroom for unmodified Jitsi clients", "klassenraum");
    app.set_version_flag("--version", std::string("klassenraum ") + kVersion);
    app.require_subcommand(1);

    CLI::App* serve_command = app.add_subcommand("serve", "run the service");
    serve_command->add_flag("--dev", options.development,
                            "on this machine only: own certificate, port 8443, account test/test");
    serve_command->add_option("--https-port", options.https_port, "instead of listen.https; 0: any")
        ->check(CLI::Range(0, 65535));
    serve_command->add_option("--media-port", options.media_port, "instead of listen.media_udp; 0: any")
        ->check(CLI::Range(0, 65535));
    serve_command->add_option("--state", options.state, "instead of server.state");
    add_source_options(*serve_command, options);

    CLI::App* config_command = app.add_subcommand("config", "look at the configuration");
    config_command->require_subcommand(1);
    CLI::App* check_command = config_command->add_subcommand("check", "say what is wrong with it");
    CLI::App* show_command = config_command->add_subcommand("show", "print the settings in effect");
    add_source_options(*check_command, options);
    add_source_options(*show_command, options);

    const AdminCommands admin_commands(
        app, *show_command,
        {.settings =
             [&options](MissingFile missing) {
                 config::Sources sources = sources_of(options);
                 if (missing == MissingFile::IsEmpty && !std::filesystem::exists(sources.file)) sources.file.clear();
                 return settings_of(options, sources);
             },
         .config_file = [&options] { return options.file.empty() ? std::string(kDefaultFile) : options.file; },
         .add_source_options =
             [&options](CLI::App& command) {
                 command.add_option("--state", options.state, "instead of server.state");
                 add_source_options(command, options);
             },
         .language = language(),
         .ask_secret = isatty(STDIN_FILENO) == 1 ? ask_secret : std::function<std::string(const std::string&)>{}});

    PrivacyOptions privacy;
    add_privacy_command(app, privacy);

    CLI::App* account_command =
        app.add_subcommand("account", "add, list, lock, unlock, reset or remove school accounts");
    account_command->set_help_flag();  // it has its own
    account_command->prefix_command();

    if (speaks_german()) speak_german(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        std::cerr << explain_usage(app, error, speaks_german()) << "\n";
        return admin::kUsage;
    }
    try {
        if (serve_command->parsed()) return serve(options);
        if (privacy.command->parsed()) return privacy_audit(privacy, speaks_german());
        if (admin_commands.was_chosen()) return admin_commands.run();
        if (check_command->parsed()) return check_config(options);
        if (account_command->parsed()) return account(options, account_command->remaining());
        std::cout << config::show(settings_of(options, sources_of(options)));
        return admin::kOk;
    } catch (const config::Complaint& complaint) {
        std::cerr << (speaks_german() ? complaint.german() : complaint.what()) << "\n";
        return admin::kEnvironment;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return admin::kEnvironment;
    }
}

}  // namespace klassenraum::app
