#include "server/admin/service_commands.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <iomanip>
#include <istream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "server/admin/account_command.hpp"
#include "server/admin/client.hpp"

namespace klassenraum::admin {
namespace {

namespace json = boost::json;

constexpr int kWatchPause_ms = 2000;
constexpr int kWaitPause_ms = 1000;

struct Reply {
    int code = kOk;
    json::object body{};
};

Reply not_reached(ClientError error, const Surroundings& with) {
    switch (error) {
        case ClientError::NotRunning:
            with.say("Klassenraum läuft nicht: an " + with.settings.server.state +
                         "/admin.sock antwortet niemand.\nAls Nächstes: systemctl status klassenraum",
                     "Klassenraum is not running: nobody answers at " + with.settings.server.state +
                         "/admin.sock.\nNext: systemctl status klassenraum");
            return {.code = kNotRunning};
        case ClientError::NotAllowed:
            with.say(
                "Kein Zugriff auf den Dienst: Sie sind nicht in der Gruppe klassenraum-admin.\n"
                "Als Nächstes: sudo davor setzen, oder adduser IHR-NAME klassenraum-admin",
                "No access to the service: you are not in the group klassenraum-admin.\n"
                "Next: put sudo in front, or adduser YOUR-NAME klassenraum-admin");
            return {.code = kEnvironment};
        case ClientError::NoAnswer:
            break;
    }
    with.say(
        "Der Dienst hat die Frage nicht beantwortet; er ist überlastet oder gehört jemand anderem.\n"
        "Als Nächstes: journalctl -u klassenraum -n 20",
        "The service did not answer the question; it is overloaded or belongs to somebody else.\n"
        "Next: journalctl -u klassenraum -n 20");
    return {.code = kEnvironment};
}

std::string text(const json::object& body, const char* name) {
    const json::value* value = body.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Reply ask(const json::object& question, const Surroundings& with) {
    const auto answer = ask_service(socket_paths(with.settings.server.state), json::serialize(question));
    if (!answer) return not_reached(answer.error(), with);
    boost::system::error_code error;
    json::value parsed = json::parse(*answer, error);
    if (error || !parsed.is_object()) return not_reached(ClientError::NoAnswer, with);
    Reply reply{.code = kOk, .body = std::move(parsed.as_object())};
    const json::value* ok = reply.body.if_contains("ok");
    if (ok != nullptr && ok->is_bool() && ok->as_bool()) return reply;
    with.say("Abgelehnt: " + text(reply.body, "german"), "Refused: " + text(reply.body, "why"));
    reply.code = kRefused;
    return reply;
}

std::int64_t number(const json::object& body, const char* name) {
    const json::value* value = body.if_contains(name);
    if (value == nullptr) return 0;
    if (value->is_double()) return static_cast<std::int64_t>(value->as_double());
    return value->is_int64() || value->is_uint64() ? value->to_number<std::int64_t>() : 0;
}

const json::array& list(const json::object& body, const char* name) {
    static const json::array kNone;
    const json::value* value = body.if_contains(name);
    return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

std::string sentence_of(std::string_view complaint, const Surroundings& with) {
    if (complaint == "worker_stalled")
        return with.word("Ein Medien-Thread steht. Als Nächstes: systemctl restart klassenraum",
                         "A media thread stands still. Next: systemctl restart klassenraum");
    if (complaint == "certificate_expires_soon" || complaint == "certificate_expired")
        return with.word("Das Zertifikat läuft ab. Als Nächstes: certbot renew; klassenraum doctor",
                         "The certificate expires. Next: certbot renew; klassenraum doctor");
    if (complaint == "reload_refused")
        return with.word("Die neue Konfiguration wurde nicht übernommen. Als Nächstes: klassenraum config check",
                         "The new configuration was not taken. Next: klassenraum config check");
    if (complaint == "accounts_unreachable")
        return with.word(
            "Die Accounts sind nicht zu erreichen: neue Anmeldungen scheitern, Unterricht läuft weiter. Als Nächstes: "
            "klassenraum doctor",
            "The accounts cannot be reached: logins fail, lessons go on. Next: klassenraum doctor");
    if (complaint == "kernel_drops")
        return with.word(
            "Der Kernel verwirft Pakete. Als Nächstes: sysctl net.core.rmem_max prüfen; klassenraum doctor",
            "The kernel drops packets. Next: check sysctl net.core.rmem_max; klassenraum doctor");
    if (complaint == "port_80_unavailable")
        return with.word("Port 80 ist belegt, Zertifikate werden nicht erneuert. Als Nächstes: klassenraum doctor",
                         "Port 80 is taken, certificates are not renewed. Next: klassenraum doctor");
    return std::string(complaint);
}

std::string duration_text(std::int64_t seconds) {
    std::ostringstream shown;
    shown << seconds / 3600 << ":" << std::setfill('0') << std::setw(2) << seconds / 60 % 60 << ":" << std::setw(2)
          << seconds % 60;
    return shown.str();
}

std::string state_word(const std::string& state, const Surroundings& with) {
    if (!with.german()) return state;
    if (state == "serving") return "in Betrieb";
    if (state == "draining") return "läuft leer (keine neuen Räume)";
    if (state == "stopping") return "hält an";
    return state == "broken" ? "gestört" : state;
}

void print_status(const json::object& body, const Surroundings& with) {
    const auto line = [&with](const char* german, const char* english, const std::string& value) {
        const std::string name = with.word(german, english);
        std::size_t shown = 0;  // columns, not octets: umlauts are two octets
        for (const char c : name) shown += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
        with.out << name << std::string(shown < 18 ? 18 - shown : 1, ' ') << value << "\n";
    };
    const auto count = [&body](const char* name) { return std::to_string(number(body, name)); };
    line("Zustand", "State", state_word(text(body, "state"), with));
    line("Version", "Version", text(body, "version"));
    line("Läuft seit", "Up for", duration_text(number(body, "uptime_s")));
    line("Offene Räume", "Open rooms", count("rooms_open") + " / " + count("rooms"));
    line("Teilnehmende", "Participants", count("endpoints"));
    line("Verbindungen", "Connections", count("websockets"));
    line("Senderate", "Sending", count("egress_mbit") + " Mbit/s");
    line("Zertifikat", "Certificate", count("certificate_days") + with.word(" Tage", " days"));
    if (!text(body, "offer_until").empty()) line("Angebot bis", "Offer until", text(body, "offer_until"));
    if (body.contains("drain_left_s")) line("Endet spätestens", "Ends in", duration_text(number(body, "drain_left_s")));
    for (const json::value& key : list(body, "waiting_for_restart"))
        line("Neustart nötig", "Needs a restart", std::string(key.as_string()));
    for (const json::value& complaint : list(body, "complaints"))
        with.out << "! " << sentence_of(complaint.as_string(), with) << "\n";
    const std::string problem = text(body, with.german() ? "reload_problem_german" : "reload_problem");
    if (!problem.empty()) with.out << "  " << problem << "\n";
}

}  // namespace

void Surroundings::say(std::string_view german_text, std::string_view english_text) const {
    err << (german() ? german_text : english_text) << "\n";
}

std::optional<long> seconds_of(const std::string& text) {
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string unit(end, text.data() + text.size());
    if (error != std::errc() || value <= 0 || value > 86'400) return std::nullopt;
    if (unit == "s") return value;
    if (unit == "m" || unit.empty()) return value * 60;
    return unit == "h" ? std::optional(value * 3600) : std::nullopt;
}

int status_command(const StatusOptions& options, const Surroundings& surroundings) {
    for (;;) {
        const Reply reply = ask({{"command", "status"}}, surroundings);
        if (reply.code != kOk) return reply.code;
        if (options.watch && surroundings.color) surroundings.out << "\x1b[H\x1b[2J";
        if (options.json) {
            surroundings.out << json::serialize(reply.body) << "\n";
        } else {
            print_status(reply.body, surroundings);
        }
        surroundings.out << std::flush;
        if (!options.watch) return list(reply.body, "complaints").empty() ? kOk : kRefused;
        surroundings.sleep_ms(kWatchPause_ms);
    }
}

// A room's state, as the service names it, in the reader's language.
std::string state_of(const json::object& room, const Surroundings& with) {
    constexpr std::pair<std::string_view, const char*> kGerman[] = {
        {"planned", "geplant"}, {"open", "offen"}, {"orphaned", "verwaist"}, {"closed", "beendet"}};
    const std::string state = text(room, "state");
    if (!with.german()) return state;
    for (const auto& [english, german] : kGerman) {
        if (state == english) return german;
    }
    return state;
}

int room_list_command(const RoomOptions& options, const Surroundings& surroundings) {
    const Reply reply = ask({{"command", "room.list"}}, surroundings);
    if (reply.code != kOk) return reply.code;
    const json::array& rooms = list(reply.body, "rooms");
    if (options.json) {
        surroundings.out << json::serialize(rooms) << "\n";
        return kOk;
    }
    for (const json::value& entry : rooms) {
        const json::object& room = entry.as_object();
        surroundings.out << text(room, "id") << "  " << std::left << std::setw(9) << state_of(room, surroundings)
                         << std::right << std::setw(4) << number(room, "occupants") << "\n";
    }
    if (rooms.empty()) surroundings.say("Es gibt keinen Raum.", "There is no room.");
    return kOk;
}

int room_end_command(const RoomOptions& options, const Surroundings& surroundings) {
    if (options.all == !options.id.empty()) {
        surroundings.say(
            "Es fehlt, welcher Raum. Als Nächstes: klassenraum room list; klassenraum room end ID, oder --all",
            "Which room is missing. Next: klassenraum room list; klassenraum room end ID, or --all");
        return kUsage;
    }
    if (options.all && !options.yes) {
        surroundings.say("Das beendet jeden Unterricht. Zur Bestätigung „alle“ eingeben:",
                         "This ends every lesson. Type \"all\" to confirm:");
        std::string typed;
        std::getline(surroundings.in, typed);
        if (typed != "alle" && typed != "all") {
            surroundings.say("Nichts beendet. Ohne Rückfrage geht es mit --yes.",
                             "Nothing ended. --yes does it without asking.");
            return kRefused;
        }
    }
    const Reply reply = ask({{"command", "room.end"}, {"id", options.id}}, surroundings);
    if (reply.code != kOk) return reply.code;
    const std::string ended = std::to_string(number(reply.body, "ended"));
    surroundings.say("Beendete Räume: " + ended, "Rooms ended: " + ended);
    return kOk;
}

int drain_command(const DrainOptions& options, const Surroundings& surroundings) {
    if (options.cancel) {
        const Reply reply = ask({{"command", "drain.cancel"}}, surroundings);
        if (reply.code == kOk) surroundings.say("Neue Räume sind wieder möglich.", "New rooms are possible again.");
        return reply.code;
    }
    json::object question{{"command", "drain"}};
    if (!options.deadline.empty()) {
        const auto seconds = seconds_of(options.deadline);
        if (!seconds) {
            surroundings.say("--deadline nimmt eine Zeit wie 45m, 2h oder 90s.",
                             "--deadline takes a time such as 45m, 2h or 90s.");
            return kUsage;
        }
        question["seconds"] = *seconds;
    }
    if (!options.message.empty()) question["message"] = options.message;
    const Reply reply = ask(question, surroundings);
    if (reply.code != kOk) return reply.code;
    surroundings.say(
        "Keine neuen Räume; der Dienst endet mit dem letzten Unterricht. Zurück: klassenraum drain --cancel",
        "No new rooms; the service ends with the last lesson. Back: klassenraum drain --cancel");
    while (options.wait) {
        // The one that is asked for goes away: then all is done.
        const auto answer = ask_service(socket_paths(surroundings.settings.server.state), R"({"command":"status"})");
        if (!answer || answer->find("\"drain_left_s\"") == std::string::npos) return kOk;
        surroundings.sleep_ms(kWaitPause_ms);
    }
    return kOk;
}

int offer_command(const OfferOptions& options, const Surroundings& surroundings) {
    if (!options.until && !options.notice) {
        const config::Offer& offer = surroundings.settings.offer;
        surroundings.out << "until = " << offer.until << "\nnotice = " << offer.notice << "\nurl = " << offer.url
                         << "\nwarn_days = " << offer.warn_days << "\n";
        return kOk;
    }
    json::object question{{"command", "offer"}};
    if (options.until) question["until"] = *options.until;
    if (options.notice) question["notice"] = *options.notice;
    const Reply reply = ask(question, surroundings);
    if (reply.code == kOk)
        surroundings.say("Gilt ab sofort und nach jedem Neustart.", "In effect now and after every restart.");
    return reply.code;
}

int effective_config_command(const Surroundings& surroundings) {
    const Reply reply = ask({{"command", "config"}}, surroundings);
    if (reply.code == kOk) surroundings.out << text(reply.body, "toml");
    return reply.code;
}

int reload_command(const Surroundings& surroundings) {
    const Reply reply = ask({{"command", "reload"}}, surroundings);
    if (reply.code == kOk) surroundings.say("Neu eingelesen.", "Read again.");
    return reply.code;
}

}  // namespace klassenraum::admin
