// What is wrong with the values of settings taken together, in both languages of the command line.
#include <string_view>

#include "config/load.hpp"

namespace klassenraum::config {
namespace {

bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const auto is_right = [&](std::size_t at) { return at == 4 || at == 7 || (text[at] >= '0' && text[at] <= '9'); };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_right(at)) return false;
    }
    return true;
}

// "127.0.0.1:443" or "[::1]:443"
bool has_port(std::string_view endpoint) {
    const auto colon = endpoint.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const std::string_view port = endpoint.substr(colon + 1);
    if (port.empty() || port.size() > 5) return false;
    std::uint32_t number = 0;
    for (const char c : port) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return number <= 65535;
}

// A host reached over a network: its certificate is to be checked, or the administrator says aloud that it is not.
bool leaves_the_host(const std::string& database) {
    const auto host = database.find("host=");
    if (database.starts_with("postgres")) return true;
    if (host == std::string::npos) return false;
    const std::string name = database.substr(host + 5, database.find(' ', host) - host - 5);
    return !name.starts_with('/') && name != "localhost" && name != "127.0.0.1" && name != "::1";
}

void check_accounts(const Accounts& accounts, std::vector<Problem>& problems) {
    const auto require = [&](bool holds, const char* english, const char* german) {
        if (!holds) problems.push_back({english, german});
    };
    require(accounts.store != AccountStore::Postgresql || !accounts.database.empty(),
            "accounts.store is postgresql, but accounts.database does not say where it is.",
            "accounts.store ist postgresql, aber accounts.database sagt nicht, wo die Datenbank ist.");
    require(!leaves_the_host(accounts.database) || accounts.database.find("sslmode=") != std::string::npos,
            "accounts.database crosses a network: add sslmode=verify-full (or another sslmode, if it must be).",
            "accounts.database führt über ein Netz: sslmode=verify-full ergänzen (oder ein anderes sslmode, wenn es "
            "sein muss).");
    require(accounts.database.find("password=") == std::string::npos,
            "accounts.database must not hold a password; put it into accounts.database_password_file.",
            "accounts.database darf kein Passwort enthalten; es gehört in accounts.database_password_file.");
    if (accounts.store != AccountStore::Ldap) return;
    const std::string& url = accounts.ldap_url;
    require(url.starts_with("ldaps://") || url.starts_with("ldap://") || url.starts_with("ldapi://"),
            "accounts.ldap_url must begin with ldaps://, ldap:// or ldapi://.",
            "accounts.ldap_url muss mit ldaps://, ldap:// oder ldapi:// beginnen.");
    require(!accounts.ldap_base.empty(), "accounts.store is ldap, but accounts.ldap_base is empty.",
            "accounts.store ist ldap, aber accounts.ldap_base ist leer.");
    require(accounts.ldap_filter.starts_with('(') && accounts.ldap_filter.ends_with(')'),
            "accounts.ldap_filter must stand in parentheses.", "accounts.ldap_filter muss in Klammern stehen.");
    require(!accounts.ldap_attribute.empty(), "accounts.ldap_attribute is empty.", "accounts.ldap_attribute ist leer.");
}

}  // namespace

std::vector<Problem> check(const Settings& settings) {
    std::vector<Problem> problems;
    const auto require = [&](bool holds, const char* english, const char* german) {
        if (!holds) problems.push_back({english, german});
    };
    require(!settings.server.domain.empty() && settings.server.domain.find_first_of(" /:") == std::string::npos,
            "server.domain must be the name by which browsers reach this server, without a port.",
            "server.domain muss der Name sein, unter dem Browser diesen Server erreichen, ohne Port.");
    require(settings.server.name.size() <= 16 &&
                settings.server.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos,
            "server.name must be at most 16 lower-case letters and digits, such as vm1.",
            "server.name darf höchstens 16 Kleinbuchstaben und Ziffern haben, etwa vm1.");
    require(settings.server.relay_name.find_first_of(" /:") == std::string::npos,
            "server.relay_name must be a name without a port.", "server.relay_name muss ein Name ohne Port sein.");
    require(!settings.server.state.empty(), "server.state must name a folder.",
            "server.state muss einen Ordner nennen.");
    require(!settings.listen.https.empty(), "listen.https must name at least one address.",
            "listen.https muss mindestens eine Adresse nennen.");
    for (const std::string& endpoint : settings.listen.https) {
        require(has_port(endpoint), "listen.https must hold addresses with a port, such as 0.0.0.0:443 or [::]:443.",
                "listen.https muss Adressen mit Port enthalten, etwa 0.0.0.0:443 oder [::]:443.");
    }
    for (const std::string& endpoint : settings.listen.http) {
        require(has_port(endpoint), "listen.http must hold addresses with a port, such as 0.0.0.0:80 or [::]:80.",
                "listen.http muss Adressen mit Port enthalten, etwa 0.0.0.0:80 oder [::]:80.");
    }
    require(settings.metrics.listen.empty() || has_port(settings.metrics.listen),
            "metrics.listen must be an address with a port.", "metrics.listen muss eine Adresse mit Port sein.");
    require(settings.media.workers >= 1 && settings.media.workers <= 64, "media.workers must be from 1 to 64.",
            "media.workers muss zwischen 1 und 64 liegen.");
    require(settings.media.min_kbit >= 10 && settings.media.min_kbit <= settings.media.start_kbit &&
                settings.media.start_kbit <= settings.media.max_kbit && settings.media.max_kbit <= 1'000'000,
            "media.min_kbit, start_kbit and max_kbit must rise in this order, from 10 to 1000000.",
            "media.min_kbit, start_kbit und max_kbit müssen in dieser Reihenfolge steigen, von 10 bis 1000000.");
    require(settings.media.loudest_voices >= 1, "media.loudest_voices must be at least 1.",
            "media.loudest_voices muss mindestens 1 sein.");
    require(settings.limits.max_cpu_percent >= 10 && settings.limits.max_cpu_percent <= 100,
            "limits.max_cpu_percent must be from 10 to 100.",
            "limits.max_cpu_percent muss zwischen 10 und 100 liegen.");
    require(settings.listen.media_udp + settings.media.workers <= 65536,
            "listen.media_udp leaves no port for every worker.",
            "listen.media_udp lässt nicht jedem Worker einen Port.");
    require(settings.listen.public_addresses.size() <= 8, "listen.public_addresses may hold eight addresses.",
            "listen.public_addresses darf acht Adressen enthalten.");
    require(settings.listen.media_udp_extra.size() <= 4, "listen.media_udp_extra may hold four ports.",
            "listen.media_udp_extra darf vier Ports enthalten.");
    for (const std::uint32_t port : settings.listen.media_udp_extra) {
        const bool is_workers =
            port >= settings.listen.media_udp && port < settings.listen.media_udp + settings.media.workers;
        require(port >= 1 && port <= 65535 && !is_workers,
                "listen.media_udp_extra must hold ports that are not those from listen.media_udp on.",
                "listen.media_udp_extra muss andere Ports nennen als die ab listen.media_udp.");
    }
    require(settings.offer.until.empty() || is_date(settings.offer.until),
            "offer.until must be a date such as 2026-07-31.", "offer.until muss ein Datum sein, etwa 2026-07-31.");
    require(settings.room.max_participants >= 2 && settings.room.max_participants <= 512,
            "room.max_participants must be from 2 to 512.", "room.max_participants muss zwischen 2 und 512 liegen.");
    check_accounts(settings.accounts, problems);
    require(settings.accounts.session_minutes >= 5, "accounts.session_minutes must be at least 5.",
            "accounts.session_minutes muss mindestens 5 sein.");
    require(settings.limits.max_connections >= 16, "limits.max_connections must be at least 16.",
            "limits.max_connections muss mindestens 16 sein.");
    return problems;
}

}  // namespace klassenraum::config
