// Every setting of the server with its default, typed. visit_keys() is the one list that reading, checking, showing and
// the documentation in klassenraum.toml are held to. A value: whoever needs settings gets a copy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace klassenraum::config {

enum class Lobby : std::uint8_t { Off, On, AfterStart };
enum class LearnerCamera : std::uint8_t { All, TeacherOnly, Off };
enum class LearnerUnmute : std::uint8_t { Free, Ask };
enum class PrivateChat : std::uint8_t { All, ToModerators, Off };
enum class AccountStore : std::uint8_t { Sqlite, Postgresql, Ldap };
enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

struct Server {
    std::string domain = "localhost";
    std::string name;  // of this one among several behind a balancer; empty: it is the only one
    std::string relay_name;  // by which clients find this one behind a balancer for media over TCP; empty: domain
    std::string admin_mail;
    std::string state = "/var/lib/klassenraum";  // accounts, keys that must survive a crash
};
struct Tls {
    std::string certificate = "/etc/klassenraum/tls/fullchain.pem";
    std::string key = "/etc/klassenraum/tls/privkey.pem";
    std::string acme_folder = "/var/lib/klassenraum/acme";  // certbot's webroot: port 80 serves its challenges
};
struct Listen {
    std::vector<std::string> https{"0.0.0.0:443", "[::]:443"};
    std::vector<std::string> http{"0.0.0.0:80", "[::]:80"};  // redirect and ACME challenge; empty: none
    std::uint32_t media_udp = 10000;            // the first worker's port; each further worker takes the next
    std::vector<std::uint32_t> media_udp_extra;  // the same media on further ports
    // What clients are told. Those of the host are bound one by one, so that a floating address answers for itself; any
    // other is one of address translation before the host.
    std::vector<std::string> public_addresses;
};
struct Offer {
    std::string until;  // YYYY-MM-DD; empty: no end is announced
    std::string notice = "Das Angebot endet am {until}. Aktuelle Informationen: {url}";
    std::string url;
    std::uint32_t warn_days = 28;
};
struct Site {
    std::string operator_name;
    std::vector<std::string> address;
    std::string app_name = "Klassenraum";
    std::string app_centre;
    std::string texts = "/etc/klassenraum/seiten";  // Markdown files that replace the shipped imprint, privacy page …
    std::string android_package;                    // the app that may open this server's links; empty: none
    std::vector<std::string> android_fingerprints;  // SHA-256 of its signing certificates, "AB:CD:…"
    std::string ios_app_id;                         // "TEAMID.de.example.app"
};
struct Accounts {
    AccountStore store = AccountStore::Sqlite;
    std::string database;                // as libpq reads it; not empty: planned rooms are there too
    std::string database_password_file;  // empty: as the connection says
    std::string ldap_url;                // ldaps://…, ldapi://…, or ldap://… with StartTLS
    std::string ldap_base;
    std::string ldap_filter = "(objectClass=*)";
    std::string ldap_attribute = "uid";
    std::string ldap_bind;  // who searches; empty: anonymously
    std::string ldap_password_file;
    std::string ldap_ca;  // empty: the system's authorities
    std::uint32_t session_minutes = 120;
    bool shared_device_default = true;
};
struct Room {
    std::uint32_t end_grace_seconds = 30;
    std::uint32_t orphan_grace_seconds = 300;
    std::uint32_t max_minutes = 240;
    std::uint32_t max_participants = 40;
    Lobby lobby = Lobby::Off;
    LearnerCamera learner_camera = LearnerCamera::All;
    LearnerUnmute learner_unmute = LearnerUnmute::Ask;
    PrivateChat private_chat = PrivateChat::ToModerators;
};
struct Limits {
    std::uint32_t max_rooms = 60;
    std::uint32_t max_participants = 900;
    std::uint32_t max_connections = 4000;  // TCP connections to the HTTPS port
    std::uint32_t max_egress_mbit = 900;   // media sent; above: no new rooms, running ones kept; 0: no limit
    std::uint32_t max_cpu_percent = 85;    // of a worker's core; above: likewise
};
struct Media {
    std::uint32_t workers = 1;
    std::uint32_t start_kbit = 2500;   // what a line is taken for until its feedback comes
    std::uint32_t min_kbit = 30;       // what it is taken for at the least …
    std::uint32_t max_kbit = 20'000;   // … and at the most
    std::uint32_t loudest_voices = 3;  // that are sent on in rooms …
    std::uint32_t loudest_above = 10;  // … of more people than these
};
struct Web {
    std::string root;  // folder of jitsi-meet-web; empty: the built-in client
};
struct Metrics {
    std::string listen = "127.0.0.1:9400";  // loopback only; empty: none
};
struct Log {
    LogLevel level = LogLevel::Info;
};

struct Settings {
    Server server;
    Tls tls;
    Listen listen;
    Offer offer;
    Site site;
    Accounts accounts;
    Room room;
    Limits limits;
    Media media;
    Web web;
    Metrics metrics;
    Log log;
};

// Calls visit("section.key", member) for every setting, in the order of klassenraum.toml.
template <typename SomeSettings, typename Visit>
void visit_keys(SomeSettings& s, Visit&& visit) {
    visit("server.domain", s.server.domain);
    visit("server.name", s.server.name);
    visit("server.relay_name", s.server.relay_name);
    visit("server.admin_mail", s.server.admin_mail);
    visit("server.state", s.server.state);
    visit("tls.certificate", s.tls.certificate);
    visit("tls.key", s.tls.key);
    visit("tls.acme_folder", s.tls.acme_folder);
    visit("listen.https", s.listen.https);
    visit("listen.http", s.listen.http);
    visit("listen.media_udp", s.listen.media_udp);
    visit("listen.media_udp_extra", s.listen.media_udp_extra);
    visit("listen.public_addresses", s.listen.public_addresses);
    visit("offer.until", s.offer.until);
    visit("offer.notice", s.offer.notice);
    visit("offer.url", s.offer.url);
    visit("offer.warn_days", s.offer.warn_days);
    visit("site.operator", s.site.operator_name);
    visit("site.address", s.site.address);
    visit("site.app_name", s.site.app_name);
    visit("site.app_centre", s.site.app_centre);
    visit("site.texts", s.site.texts);
    visit("site.android_package", s.site.android_package);
    visit("site.android_fingerprints", s.site.android_fingerprints);
    visit("site.ios_app_id", s.site.ios_app_id);
    visit("accounts.store", s.accounts.store);
    visit("accounts.database", s.accounts.database);
    visit("accounts.database_password_file", s.accounts.database_password_file);
    visit("accounts.ldap_url", s.accounts.ldap_url);
    visit("accounts.ldap_base", s.accounts.ldap_base);
    visit("accounts.ldap_filter", s.accounts.ldap_filter);
    visit("accounts.ldap_attribute", s.accounts.ldap_attribute);
    visit("accounts.ldap_bind", s.accounts.ldap_bind);
    visit("accounts.ldap_password_file", s.accounts.ldap_password_file);
    visit("accounts.ldap_ca", s.accounts.ldap_ca);
    visit("accounts.session_minutes", s.accounts.session_minutes);
    visit("accounts.shared_device_default", s.accounts.shared_device_default);
    visit("room.end_grace_seconds", s.room.end_grace_seconds);
    visit("room.orphan_grace_seconds", s.room.orphan_grace_seconds);
    visit("room.max_minutes", s.room.max_minutes);
    visit("room.max_participants", s.room.max_participants);
    visit("room.lobby", s.room.lobby);
    visit("room.learner_camera", s.room.learner_camera);
    visit("room.learner_unmute", s.room.learner_unmute);
    visit("room.private_chat", s.room.private_chat);
    visit("limits.max_rooms", s.limits.max_rooms);
    visit("limits.max_participants", s.limits.max_participants);
    visit("limits.max_connections", s.limits.max_connections);
    visit("limits.max_egress_mbit", s.limits.max_egress_mbit);
    visit("limits.max_cpu_percent", s.limits.max_cpu_percent);
    visit("media.workers", s.media.workers);
    visit("media.start_kbit", s.media.start_kbit);
    visit("media.min_kbit", s.media.min_kbit);
    visit("media.max_kbit", s.media.max_kbit);
    visit("media.loudest_voices", s.media.loudest_voices);
    visit("media.loudest_above", s.media.loudest_above);
    visit("web.root", s.web.root);
    visit("metrics.listen", s.metrics.listen);
    visit("log.level", s.log.level);
}

}  // namespace klassenraum::config
