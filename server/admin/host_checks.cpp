#include "server/admin/host_checks.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/accounts/planned_rooms.hpp"
#include "config/accounts/store.hpp"

namespace klassenraum::admin {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool is_loopback(std::string_view hex_address) {
    // IPv4 127/8 in host order; ::1, and 127/8 mapped into IPv6, as the kernel prints them on little-endian machines.
    if (hex_address.size() == 8) return hex_address.ends_with("7F");
    return hex_address == "00000000000000000000000001000000" ||
           (hex_address.starts_with("0000000000000000FFFF0000") && hex_address.ends_with("7F"));
}

std::uint16_t port_of(const std::string& endpoint) {
    unsigned port = 0;
    const auto colon = endpoint.rfind(':');
    if (colon != std::string::npos)
        std::from_chars(endpoint.data() + colon + 1, endpoint.data() + endpoint.size(), port);
    return static_cast<std::uint16_t>(port);
}

// Every host of ours has these.
bool is_housekeeping(const std::string& holder) {
    static constexpr std::array<std::string_view, 9> kKnown{"klassenraum", "systemd",   "sshd",    "dhclient", "dhcpcd",
                                                            "chronyd",     "systemd-n", "certbot", "qemu-ga"};
    return std::any_of(kKnown.begin(), kKnown.end(), [&](std::string_view name) { return holder.starts_with(name); });
}

std::set<std::uint16_t> own_ports(const config::Settings& settings) {
    std::set<std::uint16_t> ports{22};
    for (const std::string& endpoint : settings.listen.https) ports.insert(port_of(endpoint));
    for (const std::string& endpoint : settings.listen.http) ports.insert(port_of(endpoint));
    for (std::uint32_t i = 0; i < settings.media.workers; ++i)
        ports.insert(static_cast<std::uint16_t>(settings.listen.media_udp + i));
    return ports;
}

void look_for_ports(const config::Settings& settings, std::vector<Finding>& findings) {
    const std::set<std::uint16_t> own = own_ports(settings);
    std::set<std::string> said;
    for (const char* table : {"tcp", "tcp6", "udp", "udp6"}) {
        const std::string name(table);
        const bool tcp = name.starts_with("tcp");
        for (const OpenPort& socket : open_ports(text_of_file("/proc/net/" + name), tcp)) {
            const std::string holder = holder_of_socket(socket.inode);
            const bool ours = own.contains(socket.port) && (holder.empty() || is_housekeeping(holder));
            if (ours || is_housekeeping(holder)) continue;
            const std::string where = std::to_string(socket.port) + (tcp ? "/tcp" : "/udp");
            if (!said.insert(where).second) continue;
            const std::string who = holder.empty() ? "?" : holder;
            findings.push_back({Grade::Warning, "foreign_listener",
                                "Von außen erreichbar ist auch " + who + " auf Port " + where + ".",
                                who + " can be reached from outside as well, on port " + where + ".",
                                "diesen Dienst entfernen; als root zeigt doctor, wem der Port gehört",
                                "remove that service; as root doctor shows whose the port is"});
        }
    }
}

// Packages that serve other people, by the folder that their data is in.
void look_for_services(const config::Settings& settings, std::vector<Finding>& findings) {
    struct Trace {
        const char* path;
        const char* what_german;
        const char* what_english;
        const char* package;
    };
    static constexpr std::array<Trace, 9> kTraces{{
        {"/etc/nginx/sites-enabled", "Webseiten von nginx", "web sites of nginx", "nginx"},
        {"/etc/apache2/sites-enabled", "Webseiten von Apache", "web sites of Apache", "apache2"},
        {"/etc/prosody", "Prosody", "Prosody", "prosody"},
        {"/etc/jitsi/videobridge", "Jitsi Videobridge", "Jitsi Videobridge", "jitsi-videobridge2"},
        {"/etc/jitsi/jicofo", "Jicofo", "Jicofo", "jicofo"},
        {"/etc/turnserver.conf", "coturn (führt ein eigenes Protokoll)", "coturn (keeps a log of its own)", "coturn"},
        {"/var/lib/mysql", "eine Datenbank (MySQL)", "a database (MySQL)", "mariadb-server"},
        {"/var/lib/mongodb", "eine Datenbank (MongoDB)", "a database (MongoDB)", "mongodb"},
        {"/var/lib/postgresql", "eine Datenbank (PostgreSQL)", "a database (PostgreSQL)", "postgresql"},
    }};
    for (const Trace& trace : kTraces) {
        const bool is_used_here =
            std::string_view(trace.package) == "postgresql" && !settings.accounts.database.empty();
        std::error_code error;
        const bool is_empty_folder = fs::is_directory(trace.path, error) && fs::is_empty(trace.path, error);
        if (is_used_here || !fs::exists(trace.path, error) || is_empty_folder) continue;
        findings.push_back({Grade::Warning, "foreign_service",
                            std::string("Auf dieser VM gibt es auch ") + trace.what_german + ".",
                            std::string("This VM also has ") + trace.what_english + ".",
                            std::string("apt purge ") + trace.package, std::string("apt purge ") + trace.package});
    }
}

// People with a shell, beside root: nobody else has anything to do here.
void look_for_logins(std::vector<Finding>& findings) {
    std::istringstream lines(text_of_file("/etc/passwd"));
    std::string line;
    std::string names;
    while (std::getline(lines, line)) {
        std::vector<std::string> fields;
        std::istringstream parts(line);
        for (std::string field; std::getline(parts, field, ':');) fields.push_back(field);
        if (fields.size() < 7) continue;
        unsigned id = 0;
        std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), id);
        const bool has_shell = !fields[6].ends_with("nologin") && !fields[6].ends_with("false");
        if (id >= 1000 && id < 60'000 && has_shell) names += (names.empty() ? "" : ", ") + fields[0];
    }
    if (!names.empty())
        findings.push_back({Grade::Warning, "logins", "Auf dieser VM können sich auch anmelden: " + names + ".",
                            "These may log in to this VM as well: " + names + ".",
                            "behalten, wer die VM verwaltet; sonst: deluser NAME",
                            "keep who administers the VM; otherwise: deluser NAME"});
}

}  // namespace

std::vector<OpenPort> open_ports(std::string_view proc_text, bool tcp) {
    std::vector<OpenPort> ports;
    std::istringstream lines{std::string(proc_text)};
    std::string line;
    std::getline(lines, line);  // the headings
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        const std::vector<std::string> fields(std::istream_iterator<std::string>(words), {});
        // State 0A: TCP listens; 07: UDP without a peer.
        if (fields.size() < 10 || fields[3] != (tcp ? "0A" : "07")) continue;
        const auto colon = fields[1].rfind(':');
        if (colon == std::string::npos || is_loopback(std::string_view(fields[1]).substr(0, colon))) continue;
        unsigned port = 0;
        std::from_chars(fields[1].data() + colon + 1, fields[1].data() + fields[1].size(), port, 16);
        ports.push_back({static_cast<std::uint16_t>(port), fields[9]});
    }
    return ports;
}

std::string holder_of_socket(const std::string& inode) {
    const std::string wanted = "socket:[" + inode + "]";
    std::error_code error;
    for (const auto& process : fs::directory_iterator("/proc", error)) {
        const std::string pid = process.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code hidden;
        for (const auto& entry : fs::directory_iterator(process.path() / "fd", hidden)) {
            std::error_code gone;
            if (fs::read_symlink(entry.path(), gone).string() != wanted) continue;
            std::string name = text_of_file("/proc/" + pid + "/comm");
            if (name.ends_with('\n')) name.pop_back();
            return name + " (pid " + pid + ")";
        }
    }
    return "";
}

std::vector<Finding> check_accounts(const config::Settings& settings, Entropy& entropy) {
    const std::string file = accounts::accounts_file(settings.server.state);
    const bool is_file = settings.accounts.store == config::AccountStore::Sqlite;
    const std::string add = "klassenraum account add --letter";
    if (is_file && access(settings.server.state.c_str(), R_OK | X_OK) != 0)
        return {{Grade::Warning, "accounts", "Die Accounts sieht nur root.", "Only root sees the accounts.",
                 "sudo klassenraum doctor", "sudo klassenraum doctor"}};
    // Looking must not make the file.
    if (is_file && !fs::exists(file))
        return {{Grade::Warning, "accounts", "Es gibt noch keinen Account.", "There is no account yet.", add, add}};
    auto store = accounts::Store::open(settings, entropy);
    const auto present = store ? store->list() : failure(store.error());
    if (!present)
        return {{Grade::Bad, "accounts", "Die Accounts sind nicht zu erreichen; niemand kann sich neu anmelden.",
                 "The accounts cannot be reached; nobody can log in.",
                 is_file ? "Rechte von " + file + " prüfen; klassenraum restore"
                         : "Verbindung, Passwortdatei und Rechte prüfen: accounts.database, accounts.ldap_url",
                 is_file ? "check the rights of " + file + "; klassenraum restore"
                         : "check connection, password file and rights: accounts.database, accounts.ldap_url"}};
    if (!settings.accounts.database.empty() && !accounts::open_planned_rooms(settings))
        return {{Grade::Bad, "accounts", "Die Datenbank der geplanten Räume ist nicht zu erreichen.",
                 "The database of planned rooms cannot be reached.", "accounts.database prüfen",
                 "check accounts.database"}};
    if (present->empty())
        return {{Grade::Warning, "accounts", "Es gibt noch keinen Account.", "There is no account yet.", add, add}};
    const std::string count = std::to_string(present->size());
    return {{Grade::Good, "accounts", count + " Accounts sind da.", count + " accounts are there."}};
}

std::vector<Finding> check_web_client(const config::Settings& settings) {
    const std::string& root = settings.web.root;
    if (root.empty())
        return {{Grade::Good, "client", "Lernende bekommen den eingebauten Klassenraum.",
                 "Learners get the built-in classroom."}};
    for (const char* file : {"/index.html", "/libs/lib-jitsi-meet.min.js", "/libs/app.bundle.min.js"}) {
        if (access((root + file).c_str(), R_OK) == 0) continue;
        return {{Grade::Bad, "client", "Vom Web-Client fehlt " + root + file + ".",
                 "The web client lacks " + root + file + ".",
                 "apt install --reinstall jitsi-meet-web; oder web.root = \"\"",
                 "apt install --reinstall jitsi-meet-web; or web.root = \"\""}};
    }
    return {{Grade::Good, "client", "Die Dateien des Web-Clients sind da.", "The web client's files are there."}};
}

std::vector<Finding> check_log_rules(const config::Settings& settings) {
    std::vector<Finding> findings;
    const std::string balancer = text_of_file("/etc/haproxy/haproxy.cfg");
    const bool logs = !balancer.empty() &&
                      (balancer.find("\n    log ") != std::string::npos ||
                       balancer.find("\n\tlog ") != std::string::npos || balancer.find("no log") == std::string::npos);
    if (logs)
        findings.push_back({Grade::Bad, "log_rules", "HAProxy auf dieser VM schreibt Adressen mit.",
                            "HAProxy on this VM writes addresses down.",
                            "„no log“ in global und defaults: /usr/share/doc/klassenraum/examples/haproxy.cfg",
                            "\"no log\" in global and defaults: /usr/share/doc/klassenraum/examples/haproxy.cfg"});
    if (settings.log.level == config::LogLevel::Debug)
        findings.push_back({Grade::Warning, "log_rules",
                            "log.level ist debug: viel Text, aber auch so nichts Persönliches.",
                            "log.level is debug: much text, though nothing personal even so.", "log.level = \"info\"",
                            "log.level = \"info\""});
    if (findings.empty())
        findings.push_back({Grade::Good, "log_rules", "Niemand hier schreibt Adressen oder Namen mit.",
                            "Nobody here writes addresses or names down."});
    return findings;
}

std::vector<Finding> check_blanks(const std::vector<std::string>& pages, const config::Settings& settings) {
    std::string names;
    for (const std::string& page : pages) names += (names.empty() ? "/" : ", /") + page;
    if (pages.empty())
        return {{Grade::Good, "texts", "Die Textseiten sind ausgefüllt.", "The text pages are filled in."}};
    return {{Grade::Warning, "texts", "Diese Seiten haben noch Lücken: " + names + ".",
             "These pages still have blanks: " + names + ".",
             "eigene Texte ablegen: " + settings.site.texts + "/<seite>.md",
             "put texts of your own: " + settings.site.texts + "/<page>.md"}};
}

std::vector<Finding> check_exclusive(const config::Settings& settings) {
    std::vector<Finding> findings;
    look_for_ports(settings, findings);
    look_for_services(settings, findings);
    look_for_logins(findings);
    if (findings.empty())
        findings.push_back(
            {Grade::Good, "exclusive", "Auf dieser VM läuft sonst nichts.", "Nothing else runs on this VM."});
    return findings;
}

}  // namespace klassenraum::admin
