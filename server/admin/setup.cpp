#include "server/admin/setup.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <stdexcept>

#include "server/admin/account_command.hpp"
#include "server/admin/doctor.hpp"
#include "server/http/tls_context.hpp"

namespace klassenraum::admin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kServiceGroup = "klassenraum";

class Setup {
public:
    Setup(const SetupOptions& options, const Surroundings& with, WallTime now, const Run& run)
        : options_(options), with_(with), now_(now), run_(run), settings_(with.settings) {}

    int perform();

private:
    std::string ask(const char* german, const char* english, const std::string& given, const std::string& present);
    bool fill();
    void write_configuration();
    void lay_placeholder();
    bool fetch_certificate();
    void write_file(const std::string& path, const std::string& content, mode_t mode);

    const SetupOptions& options_;
    const Surroundings& with_;
    WallTime now_;
    const Run& run_;
    config::Settings settings_;
};

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// An option wins, then what is typed, then what is there already.
std::string Setup::ask(const char* german, const char* english, const std::string& given, const std::string& present) {
    if (!given.empty()) return given;
    if (options_.no_input) return present;
    with_.err << (with_.german() ? german : english) << (present.empty() ? "" : " [" + present + "]") << ": "
              << std::flush;
    std::string typed;
    std::getline(with_.in, typed);
    return typed.empty() ? present : typed;
}

bool Setup::fill() {
    const std::string known = settings_.server.domain == "localhost" ? "" : settings_.server.domain;
    settings_.server.domain = ask("Adresse des Servers, z. B. jitsi.kmz-sha.de",
                                  "The server's name, such as jitsi.kmz-sha.de", options_.domain, known);
    if (settings_.server.domain.empty()) {
        with_.say("Es fehlt der Name des Servers. Als Nächstes: klassenraum setup --domain NAME",
                  "The server's name is missing. Next: klassenraum setup --domain NAME");
        return false;
    }
    settings_.server.admin_mail =
        ask("Mailadresse für Impressum und Zertifikat", "Mail address for imprint and certificate", options_.mail,
            settings_.server.admin_mail);
    settings_.site.operator_name =
        ask("Wer betreibt den Dienst", "Who runs the service", options_.site_operator, settings_.site.operator_name);
    settings_.offer.until =
        ask("Letzter Tag des Angebots, z. B. 2026-07-31 (leer: kein Ende)",
            "The offer's last day, such as 2026-07-31 (empty: none)", options_.until, settings_.offer.until);
    const auto problems = config::check(settings_);
    for (const config::Problem& problem : problems) with_.say(problem.german, problem.sentence);
    return problems.empty();
}

void Setup::write_file(const std::string& path, const std::string& content, mode_t mode) {
    const std::string fresh = path + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file || chmod(fresh.c_str(), mode) != 0 || rename(fresh.c_str(), path.c_str()) != 0)
        throw std::runtime_error("Cannot write " + path + ". Next: run klassenraum setup as root.");
    const group* service = getgrnam(kServiceGroup);
    if (service != nullptr && chown(path.c_str(), static_cast<uid_t>(-1), service->gr_gid) != 0)
        throw std::runtime_error("Cannot give " + path + " to the service. Next: run klassenraum setup as root.");
}

void Setup::write_configuration() {
    const std::string content = config::show_changes(settings_);
    const std::string present = content_of(with_.config_file);
    if (config::differing_keys(with_.settings, settings_).empty() && !present.empty()) {
        return with_.say(with_.config_file + " bleibt, wie es ist.", with_.config_file + " stays as it is.");
    }
    fs::create_directories(fs::path(with_.config_file).parent_path());
    if (!present.empty()) write_file(with_.config_file + ".before-setup", present, S_IRUSR | S_IWUSR | S_IRGRP);
    write_file(with_.config_file, content, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    with_.say("Geschrieben: " + with_.config_file, "Written: " + with_.config_file);
}

// So that the service can start and answer the certificate robot on port 80.
void Setup::lay_placeholder() {
    if (fs::exists(settings_.tls.certificate) && fs::exists(settings_.tls.key)) return;
    const http::PemPair pem = http::make_self_signed();
    fs::create_directories(fs::path(settings_.tls.certificate).parent_path());
    write_file(settings_.tls.key, pem.key, S_IRUSR | S_IWUSR | S_IRGRP);
    write_file(settings_.tls.certificate, pem.certificate, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    with_.say("Vorläufiges Zertifikat abgelegt; Browser warnen, bis ein echtes da ist.",
              "Placeholder certificate laid down; browsers warn until there is a real one.");
}

bool Setup::fetch_certificate() {
    if (run_({"systemctl", "enable", "--now", "klassenraum.socket", "klassenraum-http.socket",
              "klassenraum.service"}) != 0 ||
        run_({"systemctl", "reload-or-restart", "klassenraum.service"}) != 0) {
        with_.say("Der Dienst startet nicht. Als Nächstes: journalctl -u klassenraum -n 20",
                  "The service does not start. Next: journalctl -u klassenraum -n 20");
        return false;
    }
    std::error_code ignored;
    fs::create_directories(settings_.tls.acme_folder, ignored);
    std::vector<std::string> words{"certbot",
                                   "certonly",
                                   "--non-interactive",
                                   "--agree-tos",
                                   "--webroot",
                                   "--webroot-path",
                                   settings_.tls.acme_folder,
                                   "--domain",
                                   settings_.server.domain,
                                   "--deploy-hook",
                                   "/usr/share/klassenraum/certbot-hook"};
    if (settings_.server.admin_mail.empty()) {
        words.emplace_back("--register-unsafely-without-email");
    } else {
        words.insert(words.end(), {"--email", settings_.server.admin_mail});
    }
    if (run_(words) == 0) return true;
    with_.say(
        "Let's Encrypt hat kein Zertifikat ausgestellt. Als Nächstes: zeigt die Domain hierher, ist Port 80 offen? "
        "Dann: klassenraum setup --certbot",
        "Let's Encrypt gave no certificate. Next: does the domain point here, is port 80 open? Then: klassenraum setup "
        "--certbot");
    return false;
}

int Setup::perform() {
    if (!fill()) return kUsage;
    write_configuration();
    lay_placeholder();
    const bool fetched = !options_.certbot || fetch_certificate();
    const auto findings = examine(settings_, now_);
    print_findings(findings, with_);
    if (!fetched) return kRefused;  // and what to do about it has been said
    if (options_.certbot) {
        with_.say("Als Nächstes: klassenraum account add --letter", "Next: klassenraum account add --letter");
    } else {
        with_.say(
            "Als Nächstes: klassenraum setup --certbot (holt das Zertifikat und startet den Dienst; mit eigenem "
            "Zertifikat: systemctl enable --now klassenraum), dann klassenraum account add --letter",
            "Next: klassenraum setup --certbot (fetches the certificate and starts the service; with a certificate of "
            "your own: systemctl enable --now klassenraum), then klassenraum account add --letter");
    }
    return kOk;
}

}  // namespace

int run_program(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    std::vector<std::string> copies = words;
    for (std::string& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

int setup_command(const SetupOptions& options, const Surroundings& surroundings, WallTime now, const Run& run) {
    return Setup(options, surroundings, now, run).perform();
}

}  // namespace klassenraum::admin
