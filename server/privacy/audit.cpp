#include "server/privacy/audit.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "server/privacy/instance.hpp"
#include "server/privacy/line.hpp"

namespace klassenraum::privacy {
namespace {

constexpr const char* kFraming = "urn:ietf:params:xml:ns:xmpp-framing";
// Addresses of this machine alone, as the server sees clients; and two that only headers claim.
constexpr const char* kTeacherAddress = "127.83.71.59";
constexpr const char* kLearnerAddress = "127.141.207.93";
constexpr const char* kForwardedV4 = "203.0.113.217";
constexpr const char* kForwardedV6 = "2001:db8:7c3f:91d2::b5e8";

constexpr unsigned kDatagrams = 7;  // to the media port

// A word that nobody has ever written.
std::string draw(std::string_view beginning) {
    static std::random_device source;
    std::string word(beginning);
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
    std::uniform_int_distribution<std::size_t> any(0, kLetters.size() - 1);
    constexpr int kLength = 9;
    for (int i = 0; i < kLength; ++i) word += kLetters[any(source)];
    return word;
}

class Lesson {
public:
    explicit Lesson(std::uint16_t port) : port_(port) {}

    std::vector<Canary> canaries;

    // False, with `problem` set, when something that a lesson needs did not happen.
    bool play() {
        return step("the teacher logs in", log_in()) && step("a room is made", make_room()) &&
               step("the teacher enters", host_ && enter(*host_, teacher_nick_, mark("Name", "Frau"), "")) &&
               step("a learner enters", learner_ && enter(*learner_, learner_nick_, mark("Name", "Kind"), password_)) &&
               step("people talk", talk()) && step("attackers come", attack()) && step("datagrams come", shoot()) &&
               step("the room ends", end_room());
    }
    std::string problem;

private:
    bool step(const char* name, bool done) {
        if (!done && problem.empty()) problem = name;
        return done;
    }
    std::string mark(const char* kind, std::string_view beginning) {
        canaries.push_back({kind, draw(beginning)});
        return canaries.back().text;
    }

    std::string head(const std::string& first, const std::string& more) {
        return first + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) +
               "\r\nOrigin: https://localhost:" + std::to_string(port_) + "\r\nUser-Agent: " + agent_ +
               "\r\nX-Forwarded-For: " + kForwardedV4 + ", " + kForwardedV6 + "\r\nReferer: https://localhost/" +
               referer_ + "\r\nCookie: " + cookie_ + (cookie_.empty() ? "" : "; ") + "spur=" + stray_cookie_ + "\r\n" +
               more + "\r\n";
    }
    Answer request(const char* from, const std::string& first, const std::string& form = "") {
        Line line(from, port_);
        const std::string more = first.starts_with("POST") ? "Content-Type: application/x-www-form-urlencoded\r\n"
                                                             "Content-Length: " +
                                                                 std::to_string(form.size()) + "\r\n"
                                                           : std::string();
        line.send(head(first, more) + form);
        return line.answer();
    }

    bool log_in() {
        agent_ = mark("Programmkennung", "Browser");
        referer_ = mark("Verweis", "von");
        stray_cookie_ = mark("Cookie", "keks");
        for (const char* address : {kTeacherAddress, kLearnerAddress, kForwardedV4, kForwardedV6}) {
            canaries.push_back({"Adresse", address});
        }
        // A wrong password and an account that does not exist leave nothing either.
        request(kTeacherAddress, "POST /anmelden",
                "account=" + mark("Account", "schule") + "&passwort=" + mark("Account-Passwort", "falsch"));
        const Answer answer = request(kTeacherAddress, "POST /anmelden", "account=test&passwort=test&ziel=/anlegen");
        cookie_ = answer.cookie;
        const std::size_t equals = cookie_.find('=');
        if (equals == std::string::npos) return false;
        canaries.push_back({"Anmelde-Cookie", cookie_.substr(equals + 1)});
        return answer.status == 303;
    }
    bool make_room() {
        password_ = mark("Raum-Passwort", "wolke");
        const std::string title = mark("Raumtitel", "Mathe");
        const Answer answer =
            request(kTeacherAddress, "POST /anlegen", "titel=" + title + "&passwort=" + password_ + "&ende=90");
        constexpr std::string_view kInvitation = "/einladung/";
        if (!answer.location.starts_with(kInvitation)) return false;
        room_ = answer.location.substr(kInvitation.size());
        canaries.push_back({"Raumname", room_});
        for (const char* page : {"/einladung/", "/steuern/", "/"}) request(kTeacherAddress, "GET " + (page + room_));
        host_ = open_stream(kTeacherAddress, cookie_);
        learner_ = open_stream(kLearnerAddress, "");
        return host_ && learner_;
    }
    std::unique_ptr<Line> open_stream(const char* from, std::string cookie) {
        auto line = std::make_unique<Line>(from, port_);
        const std::string kept = std::exchange(cookie_, std::move(cookie));
        line->send(head("GET /xmpp-websocket?room=" + room_ + "&token=" + mark("Wert in der Adresse", "tok"),
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: a2xhc3NlbnJhdW1hdWRpdA==\r\nSec-WebSocket-Protocol: xmpp\r\n"));
        cookie_ = kept;
        if (!line->upgraded()) return nullptr;
        const std::string open =
            std::string("<open xmlns=\"") + kFraming + "\" to=\"guest.localhost\" version=\"1.0\"/>";
        line->send_text(open);
        line->expect("ANONYMOUS");
        line->send_text("<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"ANONYMOUS\"/>");
        line->expect("<success");
        line->send_text(open);
        line->expect("xmpp-bind");
        line->send_text(
            "<iq xmlns=\"jabber:client\" type=\"set\" id=\"b\"><bind "
            "xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/></iq>");
        const std::string bound = line->expect("<jid>");
        const std::size_t begin = bound.find("<jid>") + 5;
        if (bound.empty()) return nullptr;
        canaries.push_back({"Kennung der Verbindung", bound.substr(begin, bound.find('@', begin) - begin)});
        line->send_text("<enable xmlns=\"urn:xmpp:sm:3\" resume=\"true\"/>");
        const std::string enabled = line->expect("<enabled");
        const std::size_t id = enabled.find(" id=\"");
        if (id == std::string::npos) return nullptr;
        resumption_ = enabled.substr(id + 5, enabled.find('"', id + 5) - id - 5);
        canaries.push_back({"Kennung der Wiederaufnahme", resumption_});
        return line;
    }
    bool enter(Line& line, const std::string& nick, const std::string& name, const std::string& password) {
        line.send_text(
            "<iq xmlns=\"jabber:client\" type=\"set\" id=\"c\" to=\"focus.localhost\"><conference "
            "xmlns=\"http://jitsi.org/protocol/focus\" room=\"" +
            room_ + "@conference.localhost\" machine-uid=\"" + mark("Gerätekennung", "geraet") + "\"/></iq>");
        line.expect("id=\"c\"");
        const auto join = [&](const std::string& shown) {
            line.send_text("<presence xmlns=\"jabber:client\" to=\"" + room_ + "@conference.localhost/" + nick +
                           "\"><x xmlns=\"http://jabber.org/protocol/muc\"><password>" + shown +
                           "</password></x><nick xmlns=\"http://jabber.org/protocol/nick\">" + name + "</nick><email>" +
                           mark("E-Mail", "mail") + "@example.org</email><stats-id>" + mark("Statistik-Name", "Stat") +
                           "</stats-id></presence>");
            return line.expect("code=\"110\"", "type=\"error\"");
        };
        if (!password.empty()) join(mark("Falsches Raum-Passwort", "nebel"));
        return join(password).find("code=\"110\"") != std::string::npos;
    }
    bool talk() {
        offer_ = learner_->expect("session-initiate");
        const std::string said = mark("Chat", "Hallo");
        learner_->send_text("<message xmlns=\"jabber:client\" type=\"groupchat\" to=\"" + room_ +
                            "@conference.localhost\"><body>" + said + "</body></message>");
        if (host_->expect(said).empty()) return false;
        const std::string whispered = mark("Privater Chat", "leise");
        learner_->send_text("<message xmlns=\"jabber:client\" type=\"chat\" to=\"" + room_ + "@conference.localhost/" +
                            teacher_nick_ + "\"><body>" + whispered + "</body></message>");
        if (host_->expect(whispered).empty()) return false;
        const std::string question = mark("Umfrage", "Frage");
        host_->send_text(
            "<message xmlns=\"jabber:client\" type=\"chat\" to=\"polls.localhost\"><json-message "
            "xmlns=\"http://jitsi.org/jitmeet\">{\"type\":\"polls\",\"command\":\"new-poll\",\"pollId\":\"" +
            mark("Umfrage-Kennung", "poll") + "\",\"question\":\"" + question + "\",\"answers\":[{\"name\":\"" +
            mark("Umfrage-Antwort", "ja") + "\"},{\"name\":\"" + mark("Umfrage-Antwort", "nein") +
            "\"}]}</json-message></message>");
        if (learner_->expect(question).empty()) return false;
        const std::string group = mark("Gruppenname", "Gruppe");
        host_->send_text(
            "<message xmlns=\"jabber:client\" to=\"breakout.localhost\"><breakout_rooms "
            "type=\"features/breakout-rooms/add\" subject=\"" +
            group + "\"/></message>");
        const std::string subject = mark("Thema", "Thema");
        host_->send_text("<message xmlns=\"jabber:client\" type=\"groupchat\" to=\"" + room_ +
                         "@conference.localhost\"><subject>" + subject + "</subject></message>");
        host_->send_text("<iq xmlns=\"jabber:client\" type=\"set\" id=\"pw\" to=\"" + room_ +
                         "@conference.localhost\"><query xmlns=\"http://jabber.org/protocol/muc#owner\"><x "
                         "xmlns=\"jabber:x:data\" type=\"submit\"><field var=\"muc#roomconfig_roomsecret\"><value>" +
                         mark("Neues Raum-Passwort", "sonne") + "</value></field></x></query></iq>");
        return !host_->expect("id=\"pw\"").empty();
    }
    // What is wrong leaves no trace either: each of these is refused, most of them with the end of the line.
    bool attack() {
        const auto raw = [&](const std::string& octets) {
            Line line(kLearnerAddress, port_);
            line.send(octets);
            line.answer();
        };
        raw("GET /" + mark("Unsinn", "pfad") + "?x=" + mark("Unsinn", "wert") + " HTTP/9.9\r\n\r\n");
        raw("BREW /" + mark("Unsinn", "kanne") + " HTTP/1.1\r\nHost: " + mark("Fremder Host", "host") + "\r\n\r\n");
        request(kLearnerAddress, "GET /" + mark("Unbekannter Raum", "raum"));
        request(kLearnerAddress, "GET /colibri-ws/w0/" + mark("Unsinn", "konferenz") + "/" + mark("Unsinn", "ende") +
                                     "?pwd=" + mark("Geheimnis in der Adresse", "pwd"));
        for (const char* text : {"<presence><", "<iq type='set' id='x' to='focus.localhost'><a b='", "{\"json\":\""}) {
            const auto line = open_stream(kLearnerAddress, "");
            if (!line) return false;
            line->send_text(text + mark("Unsinn", "xml"));
            line->expect("</stream", "<close");
        }
        const auto login = open_stream(kLearnerAddress, "");
        if (!login) return false;
        login->send_text("<resume xmlns=\"urn:xmpp:sm:3\" h=\"0\" previd=\"" + mark("Erfundene Kennung", "wieder") +
                         "\"/>");
        login->expect("failed", "<close");
        // Clients name what they want to resume in the address too: one that exists, and in places where it is wrong.
        const std::string resumed = "room=" + room_ + "&previd=" + resumption_;
        for (const char* path : {"/xmpp-websocket?", "/http-bind?", "/unsinn?", "/?"})
            request(kLearnerAddress, "GET " + (path + resumed));
        request(kLearnerAddress, "GET /" + room_ + "?jwt=" + mark("Token in der Adresse", "jwt"));
        return true;
    }
    // To the port where media goes, in the shape of all that is told apart there by its first octet (RFC 7983).
    bool shoot() {
        const std::uint16_t port = media_port();
        if (port == 0) return false;
        const std::string user = mark("STUN-Name", "stunname") + ":" + mark("STUN-Name", "gegenname");
        const std::string stun = std::string("\x00\x01\x00", 3) + static_cast<char>(user.size() + 4) +
                                 std::string("\x21\x12\xa4\x42", 4) + "nirgendwo-12" + std::string("\x00\x06\x00", 3) +
                                 static_cast<char>(user.size()) + user;
        const std::string junk = mark("Unsinn", "datagramm");
        bool sent = send_datagram(kLearnerAddress, port, stun) && send_datagram(kLearnerAddress, port, junk);
        constexpr std::array<char, kDatagrams - 2> kFirsts{'\x14', '\x16', '\x40', '\x80', '\xc8'};
        for (const char first : kFirsts) {
            const std::string header =
                std::string(1, first) + std::string("\x6f\xfd\x00\x01\x00\x00\x00\x00\x00\x01\x00", 12);
            sent = send_datagram(kLearnerAddress, port, header + junk) && sent;
        }
        return sent;
    }
    // As the offer to the learner named it.
    std::uint16_t media_port() const {
        constexpr std::string_view kField = " port=\"";
        const std::size_t at = offer_.find(kField, offer_.find("<candidate"));
        std::uint16_t port = 0;
        if (at != std::string::npos) {
            const char* const digits = offer_.data() + at + kField.size();
            std::from_chars(digits, offer_.data() + offer_.size(), port);
        }
        return port;
    }
    bool end_room() {
        const Answer answer = request(kTeacherAddress, "POST /beenden", "raum=" + room_);
        learner_->expect("never said");
        host_.reset();
        return answer.status == 200 || answer.status == 303;
    }

    std::uint16_t port_;
    std::string agent_;
    std::string referer_;
    std::string stray_cookie_;
    std::string cookie_;
    std::string password_;
    std::string room_;
    std::string resumption_;  // of the stream that was opened last
    std::string offer_;
    std::string teacher_nick_ = "5ca1ab1e";
    std::string learner_nick_ = "0ddba11a";
    std::unique_ptr<Line> host_;
    std::unique_ptr<Line> learner_;
};

// Once they count what was sent to the media port: what did not arrive proves nothing. Empty: it never did.
std::string metrics_with_datagrams(const Instance& instance) {
    constexpr std::string_view kCounted = "\nklassenraum_datagrams_received_total{worker=\"0\"} ";
    constexpr int kTries = 40;
    for (int i = 0; i < kTries; ++i) {
        std::string metrics = instance.metrics();
        const std::size_t at = metrics.find(kCounted);
        unsigned count = 0;
        if (at != std::string::npos)
            std::from_chars(metrics.data() + at + kCounted.size(), metrics.data() + metrics.size(), count);
        if (count >= kDatagrams) return metrics;
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    return {};
}

}  // namespace

AuditResult audit(const std::string& program) {
    AuditResult result;
    Instance instance(program);
    if (!instance.start()) {
        result.problem = "the private instance does not start";
        return result;
    }
    Lesson lesson(instance.https_port());
    if (!lesson.play()) {
        result.problem = lesson.problem;
        return result;
    }
    const std::string metrics = metrics_with_datagrams(instance);
    if (metrics.empty()) {
        result.problem = "datagrams arrive";
        return result;
    }
    Search search(lesson.canaries);
    search.octets("Metriken", metrics);
    search.octets("Prozess-Argumente", instance.process_file("cmdline"));
    search.octets("Prozess-Umgebung", instance.process_file("environ"));
    search.path(instance.state_folder(), "Zustandsordner");
    // A crash must not write what a stop does not: neither a core nor a last word.
    instance.stop(SIGABRT);
    search.path(instance.output_file(), "Protokoll und Ausgabe");
    search.path(instance.folder(), "Arbeitsordner nach einem Absturz");
    result.played = true;
    result.canaries = search.canaries();
    result.forms = search.forms();
    result.places = search.places();
    result.octets = search.octets_read();
    result.findings = search.findings();
    for (const Canary& canary : lesson.canaries) {
        if (std::find(result.kinds.begin(), result.kinds.end(), canary.kind) == result.kinds.end())
            result.kinds.push_back(canary.kind);
    }
    return result;
}

std::string report_of(const AuditResult& result, bool german) {
    if (!result.played) {
        return german ? "Die Prüfung konnte nicht durchgeführt werden: " + result.problem +
                            ".\nNächster Schritt: klassenraum doctor\n"
                      : "The audit could not be made: " + result.problem + ".\nNext: klassenraum doctor\n";
    }
    std::string kinds;
    for (const std::string& kind : result.kinds) kinds += (kinds.empty() ? "" : ", ") + kind;
    std::string text =
        german ? "Datenschutz-Prüfung\n\nEin eigener Server hat eine Unterrichtsstunde mit " +
                     std::to_string(result.canaries) + " Markierungen gespielt, die sonst nirgends vorkommen:\n" +
                     kinds + ".\nGesucht wurde nach " + std::to_string(result.forms) + " Schreibweisen an " +
                     std::to_string(result.places) + " Stellen (" + std::to_string(result.octets) +
                     " Oktette): Protokoll auf der ausführlichsten Stufe, Ausgabe,\nMetriken, alle Dateien des "
                     "Zustandsordners, Prozess-Argumente und -Umgebung, auch nach einem Absturz.\n\n"
               : "Privacy audit\n\nA server of its own played a lesson with " + std::to_string(result.canaries) +
                     " markers that occur nowhere else:\n" + kinds + ".\nSearched were " +
                     std::to_string(result.forms) + " forms in " + std::to_string(result.places) + " places (" +
                     std::to_string(result.octets) + " octets).\n\n";
    if (result.findings.empty()) {
        return text + (german ? "Ergebnis: Nichts davon wurde geschrieben.\n" : "Result: nothing of it was written.\n");
    }
    text += german ? "Ergebnis: Der Server hat geschrieben, was er nicht schreiben darf.\n"
                   : "Result: the server wrote what it must not.\n";
    for (const Finding& finding : result.findings) text += "  " + finding.kind + " – " + finding.place + "\n";
    return text;
}

}  // namespace klassenraum::privacy
