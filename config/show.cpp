#include <algorithm>
#include <string>
#include <string_view>

#include "config/load.hpp"
#include "config/names.hpp"

namespace klassenraum::config {
namespace {

std::string written(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return quoted + "\"";
}
std::string written(bool value) {
    return value ? "true" : "false";
}
std::string written(std::uint32_t value) {
    return std::to_string(value);
}
template <typename Entry>
std::string written(const std::vector<Entry>& list) {
    std::string text = "[";
    for (const Entry& entry : list) text += (text.size() > 1 ? ", " : "") + written(entry);
    return text + "]";
}
template <typename Choice>
requires std::is_enum_v<Choice> std::string written(Choice choice) {
    return "\"" + std::string(name_of(choice)) + "\"";
}

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
    const auto require = [&](bool holds, const char* sentence) {
        if (!holds) problems.push_back({sentence});
    };
    require(accounts.store != AccountStore::Postgresql || !accounts.database.empty(),
            "accounts.store is postgresql, but accounts.database does not say where it is.");
    require(!leaves_the_host(accounts.database) || accounts.database.find("sslmode=") != std::string::npos,
            "accounts.database crosses a network: add sslmode=verify-full (or another sslmode, if it must be).");
    require(accounts.database.find("password=") == std::string::npos,
            "accounts.database must not hold a password; put it into accounts.database_password_file.");
    if (accounts.store != AccountStore::Ldap) return;
    const std::string& url = accounts.ldap_url;
    require(url.starts_with("ldaps://") || url.starts_with("ldap://") || url.starts_with("ldapi://"),
            "accounts.ldap_url must begin with ldaps://, ldap:// or ldapi://.");
    require(!accounts.ldap_base.empty(), "accounts.store is ldap, but accounts.ldap_base is empty.");
    require(accounts.ldap_filter.starts_with('(') && accounts.ldap_filter.ends_with(')'),
            "accounts.ldap_filter must stand in parentheses.");
    require(!accounts.ldap_attribute.empty(), "accounts.ldap_attribute is empty.");
}

std::string shown(const Settings& settings, const std::vector<std::string>* only) {
    std::string text;
    std::string section;
    visit_keys(settings, [&](std::string_view name, const auto& value) {
        if (only != nullptr && std::find(only->begin(), only->end(), name) == only->end()) return;
        const std::string_view of = name.substr(0, name.find('.'));
        if (of != section) {
            text.append(text.empty() ? "[" : "\n[").append(of).append("]\n");
            section = of;
        }
        text.append(name.substr(name.find('.') + 1)).append(" = ").append(written(value)).append("\n");
    });
    return text;
}

}  // namespace

std::string show(const Settings& settings) {
    return shown(settings, nullptr);
}

std::string show_changes(const Settings& settings) {
    const std::vector<std::string> changed = differing_keys(Settings{}, settings);
    return "# Written by `klassenraum setup`. klassenraum.toml(5) names every key; `klassenraum config check` reads "
           "this file.\n" +
           shown(settings, &changed);
}

std::vector<std::string> differing_keys(const Settings& before, const Settings& after) {
    std::vector<std::string> values;
    visit_keys(before, [&](std::string_view, const auto& value) { values.push_back(written(value)); });
    std::vector<std::string> keys;
    std::size_t at = 0;
    visit_keys(after, [&](std::string_view key, const auto& value) {
        if (values[at++] != written(value)) keys.emplace_back(key);
    });
    return keys;
}

std::string offer_override(const Offer& offer) {
    return "# Written by `klassenraum offer`; remove this file to return to klassenraum.toml.\n[offer]\nuntil = " +
           written(offer.until) + "\nnotice = " + written(offer.notice) + "\n";
}

std::vector<Problem> check(const Settings& settings) {
    std::vector<Problem> problems;
    const auto require = [&](bool holds, const char* sentence) {
        if (!holds) problems.push_back({sentence});
    };
    require(!settings.server.domain.empty() && settings.server.domain.find_first_of(" /:") == std::string::npos,
            "server.domain must be the name by which browsers reach this server, without a port.");
    require(settings.server.name.size() <= 16 &&
                settings.server.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos,
            "server.name must be at most 16 lower-case letters and digits, such as vm1.");
    require(settings.server.relay_name.find_first_of(" /:") == std::string::npos,
            "server.relay_name must be a name without a port.");
    require(!settings.server.state.empty(), "server.state must name a folder.");
    require(!settings.listen.https.empty(), "listen.https must name at least one address.");
    for (const std::string& endpoint : settings.listen.https) {
        require(has_port(endpoint), "listen.https must hold addresses with a port, such as 0.0.0.0:443 or [::]:443.");
    }
    for (const std::string& endpoint : settings.listen.http) {
        require(has_port(endpoint), "listen.http must hold addresses with a port, such as 0.0.0.0:80 or [::]:80.");
    }
    require(settings.metrics.listen.empty() || has_port(settings.metrics.listen),
            "metrics.listen must be an address with a port.");
    require(settings.media.workers >= 1 && settings.media.workers <= 64, "media.workers must be from 1 to 64.");
    require(settings.media.min_kbit >= 10 && settings.media.min_kbit <= settings.media.start_kbit &&
                settings.media.start_kbit <= settings.media.max_kbit && settings.media.max_kbit <= 1'000'000,
            "media.min_kbit, start_kbit and max_kbit must rise in this order, from 10 to 1000000.");
    require(settings.media.loudest_voices >= 1, "media.loudest_voices must be at least 1.");
    require(settings.limits.max_cpu_percent >= 10 && settings.limits.max_cpu_percent <= 100,
            "limits.max_cpu_percent must be from 10 to 100.");
    require(settings.listen.media_udp + settings.media.workers <= 65536,
            "listen.media_udp leaves no port for every worker.");
    require(settings.listen.public_addresses.size() <= 8, "listen.public_addresses may hold eight addresses.");
    require(settings.listen.media_udp_extra.size() <= 4, "listen.media_udp_extra may hold four ports.");
    for (const std::uint32_t port : settings.listen.media_udp_extra) {
        const bool is_workers =
            port >= settings.listen.media_udp && port < settings.listen.media_udp + settings.media.workers;
        require(port >= 1 && port <= 65535 && !is_workers,
                "listen.media_udp_extra must hold ports that are not those from listen.media_udp on.");
    }
    require(settings.offer.until.empty() || is_date(settings.offer.until),
            "offer.until must be a date such as 2026-07-31.");
    require(settings.room.max_participants >= 2, "room.max_participants must be at least 2.");
    check_accounts(settings.accounts, problems);
    require(settings.accounts.session_minutes >= 5, "accounts.session_minutes must be at least 5.");
    require(settings.limits.max_connections >= 16, "limits.max_connections must be at least 16.");
    return problems;
}

}  // namespace klassenraum::config
