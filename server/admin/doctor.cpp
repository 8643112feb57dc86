#include "server/admin/doctor.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>

#include "server/admin/account_command.hpp"
#include "server/admin/client.hpp"
#include "server/admin/host_checks.hpp"
#include "server/http/certificate_facts.hpp"
#include "server/http/tls_context.hpp"
#include "server/net/local_addresses.hpp"
#include "server/net/socket_address.hpp"

namespace klassenraum::admin {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWarnDays = 14;
constexpr std::uint64_t kWantedBuffer = 4 * 1024 * 1024;

std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::uint16_t port_of(const std::string& endpoint) {
    unsigned port = 0;
    const auto colon = endpoint.rfind(':');
    if (colon != std::string::npos)
        std::from_chars(endpoint.data() + colon + 1, endpoint.data() + endpoint.size(), port);
    return static_cast<std::uint16_t>(port);
}

std::vector<std::string> addresses_of(const std::string& domain) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::vector<std::string> texts;
    if (getaddrinfo(domain.c_str(), nullptr, &hints, &found) != 0) return texts;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
            texts.emplace_back(text);
    }
    freeaddrinfo(found);
    return texts;
}

// "nginx (pid 812)"; the owner of a socket is only seen by root and by the owner.
std::string holder_of(const std::set<std::string>& inodes) {
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        const std::string pid = process.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code hidden;
        for (const auto& entry : std::filesystem::directory_iterator(process.path() / "fd", hidden)) {
            std::error_code gone;
            const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
            if (!target.starts_with("socket:[") || !inodes.contains(target.substr(8, target.size() - 9))) continue;
            std::string name = text_of_file("/proc/" + pid + "/comm");
            if (name.ends_with('\n')) name.pop_back();
            return name + " (pid " + pid + ")";
        }
    }
    return "";
}

class Examination {
public:
    Examination(const config::Settings& settings, WallTime now) : settings_(settings), now_(now) {}

    std::vector<Finding> run() {
        check_configuration();
        check_service();
        check_name();
        check_certificate();
        check_families();
        for (const std::string& endpoint : settings_.listen.https)
            check_tcp("port_https", port_of(endpoint), Grade::Bad);
        for (const std::string& endpoint : settings_.listen.http)
            check_tcp("port_http", port_of(endpoint), Grade::Warning);
        for (std::uint32_t worker = 0; worker < settings_.media.workers; ++worker)
            check_udp(static_cast<std::uint16_t>(settings_.listen.media_udp + worker));
        check_buffers();
        return std::move(findings_);
    }

private:
    void check_configuration();
    void check_service();
    void check_name();
    void check_certificate();
    void check_families();
    void check_tcp(const char* check, std::uint16_t port, Grade grade_when_missing);
    void check_udp(std::uint16_t port);
    void check_buffers();
    void add(Finding finding) { findings_.push_back(std::move(finding)); }

    const config::Settings& settings_;
    WallTime now_;
    bool running_ = false;
    std::set<std::uint16_t> ports_done_;
    std::vector<Finding> findings_;
};

void Examination::check_configuration() {
    const auto problems = config::check(settings_);
    for (const config::Problem& problem : problems)
        add({Grade::Bad, "config", problem.german, problem.sentence, "klassenraum config check",
             "klassenraum config check"});
    if (problems.empty())
        add({Grade::Good, "config", "Die Konfiguration ist in Ordnung.", "The configuration is fine."});
}

void Examination::check_service() {
    const auto answer = ask_service(socket_paths(settings_.server.state), R"({"command":"status"})");
    running_ = answer.has_value();
    if (!answer && answer.error() == ClientError::NotAllowed) {
        running_ = true;
        return add({Grade::Warning, "service", "Der Dienst läuft, aber Sie dürfen ihn nicht fragen.",
                    "The service runs, but you may not ask it.", "sudo klassenraum doctor", "sudo klassenraum doctor"});
    }
    if (!answer)
        return add({Grade::Bad, "service", "Der Dienst läuft nicht.", "The service does not run.",
                    "systemctl enable --now klassenraum; journalctl -u klassenraum -n 20",
                    "systemctl enable --now klassenraum; journalctl -u klassenraum -n 20"});
    const bool degraded = answer->find("\"degraded\":true") != std::string::npos;
    if (degraded)
        return add({Grade::Warning, "service", "Der Dienst läuft, hat aber eine Beschwerde.",
                    "The service runs but has a complaint.", "klassenraum status", "klassenraum status"});
    add({Grade::Good, "service", "Der Dienst läuft.", "The service runs."});
}

void Examination::check_name() {
    const std::string& domain = settings_.server.domain;
    const std::vector<std::string> resolved = addresses_of(domain);
    if (resolved.empty())
        return add({Grade::Bad, "dns", "Für " + domain + " gibt es keine Adresse im DNS.",
                    "DNS has no address for " + domain + ".",
                    "beim Anbieter der Domain A und AAAA auf diesen Server setzen",
                    "at the domain's provider, point A and AAAA to this server"});
    std::set<std::string> own(settings_.listen.public_addresses.begin(), settings_.listen.public_addresses.end());
    for (const Address& address : net::reachable_addresses()) own.insert(net::text_of(address));
    own.insert({"127.0.0.1", "::1"});
    for (const std::string& address : resolved) {
        if (own.contains(address)) continue;
        return add({Grade::Warning, "dns",
                    domain + " zeigt auf " + address + ", das kein Interface dieses Servers hat.",
                    domain + " points to " + address + ", which no interface of this server has.",
                    "DNS berichtigen; hinter NAT oder einer Floating-IP: listen.public_addresses setzen",
                    "correct DNS; behind NAT or a floating address: set listen.public_addresses"});
    }
    add({Grade::Good, "dns", domain + " zeigt auf diesen Server.", domain + " points to this server."});
}

void Examination::check_certificate() {
    const std::string renew = "certbot renew --force-renewal; klassenraum doctor";
    const auto pem = http::read_pem_files(settings_.tls.certificate, settings_.tls.key);
    if (!pem)
        return add({Grade::Bad, "certificate",
                    "Zertifikat oder Schlüssel ist nicht lesbar: " + settings_.tls.certificate,
                    "Certificate or key cannot be read: " + settings_.tls.certificate,
                    "klassenraum setup; als root ausführen, wenn die Datei da ist",
                    "klassenraum setup; run as root when the file is there"});
    const auto facts = http::certificate_facts(pem->certificate);
    const auto usable = http::TlsContext::create(*pem, http::ChainRule::Complete);
    if (!facts || !usable || !facts->chained)
        return add({Grade::Bad, "certificate", "Zertifikat, Kette und Schlüssel passen nicht zusammen.",
                    "Certificate, chain and key do not fit together.",
                    "fullchain.pem und privkey.pem desselben Zertifikats verwenden",
                    "use fullchain.pem and privkey.pem of one certificate"});
    if (facts->self_signed)
        return add({Grade::Bad, "certificate", "Das Zertifikat ist selbst erstellt; Browser und Apps lehnen es ab.",
                    "The certificate is self-made; browsers and apps refuse it.", "klassenraum setup --certbot",
                    "klassenraum setup --certbot"});
    const std::int64_t days = (facts->not_after_s - now_.unix_us / 1'000'000) / kDay;
    if (!facts->covers(settings_.server.domain))
        return add({Grade::Bad, "certificate", "Das Zertifikat gilt nicht für " + settings_.server.domain + ".",
                    "The certificate is not for " + settings_.server.domain + ".", "klassenraum setup --certbot",
                    "klassenraum setup --certbot"});
    const std::string number = std::to_string(days);
    const Grade grade = days < 0 ? Grade::Bad : days < kWarnDays ? Grade::Warning : Grade::Good;
    add({grade, "certificate", "Das Zertifikat gilt noch " + number + " Tage.",
         "The certificate is good for " + number + " days.", grade == Grade::Good ? "" : renew,
         grade == Grade::Good ? "" : renew});
}

void Examination::check_families() {
    bool v4 = false;
    bool v6 = false;
    for (const Address& address : net::reachable_addresses()) (address.is_v4() ? v4 : v6) = true;
    if (v4 && v6) return add({Grade::Good, "addresses", "IPv4 und IPv6 sind da.", "IPv4 and IPv6 are there."});
    const bool none = !v4 && !v6;
    add({none ? Grade::Bad : Grade::Warning, "addresses",
         none ? "Keine Adresse außer Loopback."
         : v4 ? "Kein IPv6: manche Mobilnetze haben nur das."
              : "Kein IPv4: viele Schulen haben nur das.",
         none ? "No address but loopback."
         : v4 ? "No IPv6: some mobile networks have nothing else."
              : "No IPv4: many schools have nothing else.",
         "Netzwerk der VM beim Anbieter prüfen", "check the VM's network at the provider"});
}

void Examination::check_tcp(const char* check, std::uint16_t port, Grade grade_when_missing) {
    if (!ports_done_.insert(port).second) return;
    std::set<std::string> inodes;
    for (const char* file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        for (std::string& inode : inodes_on_port(text_of_file(file), port, true)) inodes.insert(std::move(inode));
    }
    const std::string number = std::to_string(port);
    const std::string holder = inodes.empty() ? "" : holder_of(inodes);
    const bool ours = holder.starts_with("klassenraum") || holder.starts_with("systemd");
    if (!inodes.empty() && !holder.empty() && !ours)
        return add({Grade::Bad, check, "Port " + number + "/tcp hält " + holder + ".",
                    "Port " + number + "/tcp is held by " + holder + ".",
                    "diesen Dienst anhalten: systemctl disable --now …",
                    "stop that service: systemctl disable --now …"});
    if (inodes.empty() && running_)
        return add({grade_when_missing, check, "An Port " + number + "/tcp hört niemand.",
                    "Nobody listens on port " + number + "/tcp.",
                    "systemctl restart klassenraum.socket klassenraum-http.socket klassenraum",
                    "systemctl restart klassenraum.socket klassenraum-http.socket klassenraum"});
    add({Grade::Good, check, "Port " + number + "/tcp " + (inodes.empty() ? "ist frei." : "hört."),
         "Port " + number + "/tcp " + (inodes.empty() ? "is free." : "listens.")});
}

void Examination::check_udp(std::uint16_t port) {
    std::set<std::string> inodes;
    for (const char* file : {"/proc/net/udp", "/proc/net/udp6"}) {
        for (std::string& inode : inodes_on_port(text_of_file(file), port, false)) inodes.insert(std::move(inode));
    }
    const std::string number = std::to_string(port);
    const std::string holder = inodes.empty() ? "" : holder_of(inodes);
    if (!holder.empty() && !holder.starts_with("klassenraum"))
        return add({Grade::Bad, "udp", "Port " + number + "/udp hält " + holder + ".",
                    "Port " + number + "/udp is held by " + holder + ".",
                    "diesen Dienst anhalten: systemctl disable --now …",
                    "stop that service: systemctl disable --now …"});
    if (inodes.empty() && running_)
        return add({Grade::Bad, "udp", "An Port " + number + "/udp hört niemand.",
                    "Nobody listens on port " + number + "/udp.", "systemctl restart klassenraum",
                    "systemctl restart klassenraum"});
    add({Grade::Good, "udp",
         "Port " + number + "/udp " + (inodes.empty() ? "ist frei" : "ist offen") +
             "; die Firewall des Anbieters sieht man von hier nicht.",
         "Port " + number + "/udp " + (inodes.empty() ? "is free" : "is open") +
             "; the provider's firewall cannot be seen from here."});
}

void Examination::check_buffers() {
    std::uint64_t size = 0;
    const std::string text = text_of_file("/proc/sys/net/core/rmem_max");
    std::from_chars(text.data(), text.data() + text.size(), size);
    if (size == 0) return;  // a container that does not show it
    if (size >= kWantedBuffer)
        return add(
            {Grade::Good, "buffers", "Die Empfangspuffer sind groß genug.", "Receive buffers are large enough."});
    add({Grade::Warning, "buffers", "net.core.rmem_max ist zu klein: bei Last gehen Pakete verloren.",
         "net.core.rmem_max is too small: packets get lost under load.",
         "sysctl --system (60-klassenraum.conf gehört zum Paket)",
         "sysctl --system (60-klassenraum.conf is part of the package)"});
}

const char* sign_of(Grade grade) {
    return grade == Grade::Good ? "✔" : grade == Grade::Warning ? "!" : "✘";
}

}  // namespace

// A line: "  0: 00000000:01BB 00000000:0000 0A …": local address, remote address, state (0A listens), …, inode tenth.
std::vector<std::string> inodes_on_port(std::string_view proc_text, std::uint16_t port, bool tcp) {
    std::vector<std::string> inodes;
    std::istringstream lines{std::string(proc_text)};
    std::string line;
    std::getline(lines, line);  // the headings
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::vector<std::string> fields(std::istream_iterator<std::string>(words), {});
        if (fields.size() < 10 || (tcp && fields[3] != "0A")) continue;
        const auto colon = fields[1].rfind(':');
        unsigned bound = 0;
        std::from_chars(fields[1].data() + colon + 1, fields[1].data() + fields[1].size(), bound, 16);
        if (colon != std::string::npos && bound == port) inodes.push_back(fields[9]);
    }
    return inodes;
}

std::vector<Finding> examine(const config::Settings& settings, WallTime now) {
    return Examination(settings, now).run();
}

void print_findings(const std::vector<Finding>& findings, const Surroundings& surroundings) {
    for (const Finding& finding : findings) {
        const bool german = surroundings.german();
        surroundings.out << sign_of(finding.grade) << " " << (german ? finding.german : finding.english) << "\n";
        const std::string& repair = german ? finding.german_repair : finding.english_repair;
        if (!repair.empty()) surroundings.out << "    → " << repair << "\n";
    }
}

int doctor_command(const DoctorOptions& options, const Surroundings& surroundings, Entropy& entropy, WallTime now) {
    const config::Settings& settings = surroundings.settings;
    std::vector<Finding> findings = examine(settings, now);
    const auto add = [&findings](std::vector<Finding> more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    add(check_accounts(settings, entropy));
    add(check_web_client(settings));
    add(check_log_rules(settings));
    add(check_blanks(options.blanks, settings));
    if (options.exclusive) add(check_exclusive(settings));
    if (options.json) {
        static constexpr const char* kGrades[] = {"good", "warning", "bad"};
        boost::json::array list;
        for (const Finding& finding : findings) {
            list.push_back(boost::json::object{{"grade", kGrades[static_cast<std::size_t>(finding.grade)]},
                                               {"check", finding.check},
                                               {"text", finding.english},
                                               {"repair", finding.english_repair}});
        }
        surroundings.out << boost::json::serialize(list) << "\n";
    } else {
        print_findings(findings, surroundings);
    }
    const bool bad =
        std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.grade == Grade::Bad; });
    return bad ? kRefused : kOk;
}

}  // namespace klassenraum::admin
