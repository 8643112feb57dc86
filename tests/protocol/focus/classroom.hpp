// A school for tests: clients as stanzas, a bridge that answers at once, and a clock that the test turns.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/focus/conferences.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::focus::test {

using namespace std::chrono_literals;
namespace ns = xmpp::ns;

inline xml::Element parsed(const std::string& text) {
    auto element = xml::parse(text);
    if (!element) throw std::runtime_error("not XML: " + text);
    return *element;
}

struct Client {
    xmpp::Sender sender;
    std::string nick;
    std::string machine;
    std::string room = "amsel-mathe";  // local part, as this client spells it
    std::string domain = "conference.school.example";
    std::deque<xml::Element> inbox;
    bool dismissed = false;

    std::string room_jid() const { return room + "@" + domain; }
    std::string own_jid() const { return room_jid() + "/" + nick; }

    std::vector<xml::Element> take() {
        std::vector<xml::Element> all(inbox.begin(), inbox.end());
        inbox.clear();
        return all;
    }
    // The newest stanza of a name that holds a child; throws when there is none.
    const xml::Element& last(std::string_view name) const {
        for (auto at = inbox.rbegin(); at != inbox.rend(); ++at) {
            if (at->name() == name) return *at;
        }
        throw std::runtime_error("no " + std::string(name));
    }
    bool has_text(std::string_view piece) const {
        return std::ranges::any_of(inbox, [&](const xml::Element& stanza) {
            return xml::write(stanza).find(piece) != std::string::npos;
        });
    }
    // Whether a component said so.
    bool has_json(std::string_view piece) const {
        return std::ranges::any_of(inbox, [&](const xml::Element& stanza) {
            const xml::Element* json = stanza.child("json-message", ns::kJitmeet);
            return json != nullptr && json->text().find(piece) != std::string::npos;
        });
    }
    const xml::Element* jingle(std::string_view action) const {
        for (auto at = inbox.rbegin(); at != inbox.rend(); ++at) {
            const xml::Element* jingle = at->child("jingle", ns::kJingle);
            if (jingle != nullptr && jingle->attribute("action") == action) return jingle;
        }
        return nullptr;
    }
};

class Classroom {
public:
    explicit Classroom(Config config = default_config(), std::uint64_t seed = 1)
        : entropy_(seed), conferences_(std::move(config), entropy_) {}

    static Config default_config() {
        Config config = Config::for_domain("school.example");
        config.websocket_origin = "wss://school.example";
        config.policy.private_chat = muc::PrivateChat::All;
        config.policy.max_minutes = 0;
        config.candidates = {{"203.0.113.5", 10000, "host"}, {"2001:db8::5", 10000, "host"}};
        return config;
    }

    Client& guest() { return add(std::nullopt, true); }
    Client& cookie_teacher(const std::string& account = "amsel") { return add(account, true); }
    Client& account_teacher(const std::string& account = "amsel") { return add(account, false); }

    void send(Client& client, const std::string& stanza) { send(client, parsed(stanza)); }
    void send(Client& client, xml::Element stanza) {
        stanza.set("from", client.sender.jid.str());
        Output out;
        conferences_.receive(client.sender, stanza, now, wall, out);
        dispatch(out);
    }
    RoomAnswer ask(const RoomRequest& request) {
        Output out;
        conferences_.receive(request, now, wall, out);
        dispatch(out);
        return out.answers.at(0);
    }
    // A planned room with the password "sonne 12".
    void plan(const std::string& slug = "amsel-mathe", const std::string& account = "amsel") {
        if (ask(CreateRoom{{}, account, "Mathe", "sonne 12", slug}).error != RoomError::None) throw std::runtime_error("plan");
    }

    // The conference request; true when ready.
    bool request(Client& client, const std::string& session_id = "") {
        send(client, "<iq xmlns='jabber:client' type='set' to='focus.school.example' id='c'><conference xmlns='" +
                         std::string(ns::kFocus) + "' room='" + client.room_jid() + "' machine-uid='" + client.machine + "'" +
                         (session_id.empty() ? "" : " session-id='" + session_id + "'") + "/></iq>");
        const xml::Element& answer = client.last("iq");
        return answer.attribute("type") == "result" && answer.children().at(0).attribute("ready") == "true";
    }
    void join(Client& client, const std::string& password = "", const std::string& extra = "") {
        send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><x xmlns='" + std::string(ns::kMuc) + "'>" +
                         (password.empty() ? "" : "<password>" + password + "</password>") + "</x>" +
                         "<nick xmlns='" + std::string(ns::kNick) + "'>Name " + client.nick + "</nick>" + extra + "</presence>");
    }
    bool enter(Client& client, const std::string& password = "sonne 12", const std::string& extra = "") {
        if (!request(client)) return false;
        join(client, password, extra);
        return is_in(client);
    }
    // Whether the last presence about itself was available.
    static bool is_in(const Client& client) {
        for (auto at = client.inbox.rbegin(); at != client.inbox.rend(); ++at) {
            if (at->name() == "presence" && at->attribute("from") == client.own_jid()) return !at->has_attribute("type");
        }
        return false;
    }
    void leave(Client& client, const std::string& status = "") {
        send(client, "<presence xmlns='jabber:client' type='unavailable' to='" + client.own_jid() + "'>" +
                         (status.empty() ? "" : "<status>" + status + "</status>") + "</presence>");
    }
    std::string iq(Client& client, const std::string& type, const std::string& to, const std::string& payload) {
        send(client, "<iq xmlns='jabber:client' type='" + type + "' id='q" + std::to_string(++ids_) + "' to='" + to + "'>" +
                         payload + "</iq>");
        for (auto at = client.inbox.rbegin(); at != client.inbox.rend(); ++at) {
            if (at->name() == "iq" && at->attribute("id") == "q" + std::to_string(ids_)) {
                if (at->attribute("type") == "result") return "result";
                return at->child("error")->children().at(0).name();
            }
        }
        return "";
    }
    std::string jingle(Client& client, const std::string& action, const std::string& contents) {
        const xml::Element* initiate = client.jingle("session-initiate");
        const std::string sid(initiate == nullptr ? "none" : initiate->attribute("sid"));
        return iq(client, "set", client.room_jid() + "/focus",
                  "<jingle xmlns='urn:xmpp:jingle:1' action='" + action + "' sid='" + sid + "'>" + contents + "</jingle>");
    }
    static std::string source(const std::string& name, std::uint32_t ssrc, const std::string& msid) {
        return "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='" + std::to_string(ssrc) + "' name='" + name +
               "'><parameter name='msid' value='" + msid + "'/></source>";
    }
    static std::string group(const std::string& semantics, const std::vector<std::uint32_t>& ssrcs) {
        std::string text = "<ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='" + semantics + "'>";
        for (const std::uint32_t ssrc : ssrcs) text += "<source ssrc='" + std::to_string(ssrc) + "'/>";
        return text + "</ssrc-group>";
    }
    static std::string content(const std::string& media, const std::string& sources, bool transport = false) {
        return "<content name='" + media + "'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='" + media + "'>" +
               (media == "audio" ? "<payload-type id='111' name='opus' clockrate='48000'/>"
                                 : "<payload-type id='100' name='VP8' clockrate='90000'/>") +
               sources + "</description>" +
               (transport ? "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='abcd' pwd='0123456789012345678901'>"
                            "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='active'>AA:BB</fingerprint>"
                            "</transport>"
                          : "") +
               "</content>";
    }
    // A microphone with SSRC base+1 and a camera of three encodings with RTX: base+11.. and base+21..
    static std::string media_of(const Client& client, std::uint32_t base, bool transport = true) {
        const std::string camera = client.nick + "-v0";
        std::string video;
        for (const std::uint32_t ssrc : {11U, 12U, 13U, 21U, 22U, 23U}) {
            video += source(camera, base + ssrc, client.nick + "-video t");
        }
        video += group("SIM", {base + 11, base + 12, base + 13});
        for (const std::uint32_t at : {1U, 2U, 3U}) video += group("FID", {base + 10 + at, base + 20 + at});
        return content("audio", source(client.nick + "-a0", base + 1, client.nick + "-audio t"), transport) +
               content("video", video, transport);
    }
    void run_for(Duration duration) {
        const Instant end = now + duration;
        for (int turns = 0; true; ++turns) {
            if (turns > 10'000) throw std::runtime_error("a deadline that expire() does not meet");
            const std::optional<Instant> due = conferences_.deadline();
            if (!due || *due > end) break;
            now = std::max(now, *due);
            Output out;
            conferences_.expire(now, out);
            dispatch(out);
        }
        now = end;
    }
    void restore(const RestoreRoom& room) {
        Output out;
        conferences_.restore(room, now, wall, out);
        dispatch(out);
    }
    void end_rooms_of(const std::string& account) {
        Output out;
        conferences_.end_rooms_of(account, now, out);
        dispatch(out);
    }
    void stop() {
        Output out;
        conferences_.stop(now, out);
        handed = out.handed;
        dispatch(out);
    }
    void event(const colibri::Event& event) {
        Output out;
        conferences_.receive(event, now, out);
        dispatch(out);
    }
    void interrupt(Client& client) { conferences_.session_interrupted(client.sender.session, now); }
    void resume(Client& client) {
        Output out;
        conferences_.session_resumed(client.sender.session, now, out);
        dispatch(out);
    }
    void end_session(Client& client, Departure departure) {
        Output out;
        conferences_.session_ended(client.sender.session, departure, now, out);
        dispatch(out);
    }
    template <typename Kind>
    std::vector<Kind> commands() const {
        std::vector<Kind> all;
        for (const colibri::Command& command : commands_) {
            if (const auto* one = std::get_if<Kind>(&command)) all.push_back(*one);
        }
        return all;
    }
    void forget_commands() { commands_.clear(); }
    Conferences& conferences() { return conferences_; }
    std::deque<Client>& clients() { return clients_; }

    std::vector<RunningRoom> handed;  // by stop()
    std::vector<RoomNote> notes;
    Instant now = Instant(1h);
    WallTime wall{1'790'000'000'000'000};

private:
    Client& add(std::optional<std::string> account, bool guest_domain) {
        Client& client = clients_.emplace_back();
        const auto number = static_cast<std::uint32_t>(clients_.size());
        client.sender.session = SessionId{number};
        client.nick = entropy_.token(8, Entropy::kHex);
        client.machine = "machine" + std::to_string(number);
        client.sender.account = account;
        client.sender.guest_domain = guest_domain;
        client.sender.jid = {guest_domain ? client.nick + "-0000-4000-8000-000000000000" : *account,
                             guest_domain ? "guest.school.example" : "school.example", "r" + std::to_string(number)};
        return client;
    }
    void dispatch(Output& out) {
        for (const xmpp::Delivery& delivery : out.deliveries) {
            Client& client = clients_.at(delivery.session.value - 1);
            std::string text = *delivery.stanza;
            if (delivery.to_offset != 0) text.insert(delivery.to_offset, " to=\"" + client.sender.jid.str() + "\"");
            client.inbox.push_back(parsed(text));
            if (client.inbox.back().attribute("to") != client.sender.jid.str()) throw std::runtime_error("to: " + text);
            answer_disco(client);
        }
        for (const xmpp::Dismissal& dismissal : out.dismissals) clients_.at(dismissal.session.value - 1).dismissed = true;
        notes.insert(notes.end(), out.notes.begin(), out.notes.end());
        for (const colibri::Command& command : out.commands) {
            commands_.push_back(command);
            if (const auto* create = std::get_if<colibri::CreateEndpoint>(&command)) {
                event(colibri::EndpointReady{create->endpoint, "ufrag", "password0123456789abcd", {"sha-256", "AA:BB"},
                                             "/colibri-ws/w0/c/" + create->name, "secret", 1111111111, 2222222222});
            }
        }
    }
    void answer_disco(Client& client) {
        const xml::Element& request = client.inbox.back();
        const xml::Element* query = request.child("query", ns::kDiscoInfo);
        if (request.attribute("type") != "get" || query == nullptr || features.empty()) return;
        std::string text = "<iq xmlns='jabber:client' type='result' to='" + std::string(request.attribute("from")) + "' id='" +
                           std::string(request.attribute("id")) + "'><query xmlns='" + std::string(ns::kDiscoInfo) + "'>";
        for (const std::string& feature : features) text += "<feature var='" + feature + "'/>";
        client.inbox.pop_back();
        pending_.emplace_back(&client, text + "</query></iq>");
        if (pending_.size() > 1) return;
        while (!pending_.empty()) {
            auto [who, answer] = pending_.front();
            send(*who, answer);
            pending_.pop_front();
        }
    }

public:
    // What clients with caps answer; empty: nothing.
    std::vector<std::string> features{"http://jitsi.org/source-name"};

private:
    SeededEntropy entropy_;
    Conferences conferences_;
    std::deque<Client> clients_;
    std::vector<colibri::Command> commands_;
    std::deque<std::pair<Client*, std::string>> pending_;
    int ids_ = 0;
};

inline const std::string kCaps =
    "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://jitsi.org/jitsi-meet' ver='x='/>";

}  // namespace klassenraum::focus::test
