// The XMPP half of a Jitsi client, as lib-jitsi-meet speaks it: RFC 7395 stream, login, stream management, conference
// request, room and Jingle (jitsi-signalling.md sections 2 to 5). Texts and time come in, texts and events go out.
// Owned by a Participant.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/participant/description.hpp"
#include "bench/participant/options.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/xml/element.hpp"

namespace klassenraum::bench {

class Signalling {
public:
    // Idle ─opened─▶ Opening ─features─▶ LoggingIn ─success─▶ Binding ─bound─▶ Enabling ─enabled─▶ Asking ◀─not yet─▶
    // Waiting
    //                                        └─ with a session to resume ─▶ Resuming ─resumed─▶ as before      │ready
    //   Lost ◀─closed─ any               Ended ◀─ refused, room closed, left ◀─ Joined ◀─own presence─ Joining ◀┘
    enum class State : std::uint8_t {
        Idle,
        Opening,
        LoggingIn,
        Binding,
        Enabling,
        Asking,
        Waiting,
        Joining,
        Joined,
        Resuming,
        Lost,
        Ended
    };
    enum class End : std::uint8_t {
        None,
        Left,
        LoginFailed,
        Refused,
        WrongPassword,
        RoomFull,
        RoomClosed,
        ResumeFailed
    };

    struct Said {
        std::vector<std::string> texts;
        std::optional<Offer> offer;
        std::vector<RemoteSource> added;
        std::vector<RemoteSource> removed;
        bool media_ended = false;  // session-terminate, or the room is over
        bool muted_audio = false;  // a moderator's wish
        bool muted_video = false;
        bool close = false;
    };

    // XEP-0215: what the server offers where UDP is blocked.
    struct Relay {
        std::string username;
        std::string password;
    };

    Signalling(const Options& options, Entropy& entropy);

    void opened(Instant now, Said& out);
    void receive(std::string_view text, Instant now, Said& out);
    void closed();
    void accept(const Offer& offer, const LocalMedia& local, Said& out);
    void announce_mute(bool audio, bool video, Said& out);
    // Asks for a new media session (jitsi-signalling.md 5.12).
    void restart_media(Said& out);
    void leave(Said& out);

    void expire(Instant now, Said& out);
    std::optional<Instant> deadline() const;

    State state() const { return state_; }
    End end() const { return end_; }
    bool in_room() const { return in_room_; }
    bool moderator() const { return moderator_; }
    const std::string& nick() const { return nick_; }
    const std::set<std::string>& others() const { return others_; }  // nicks, without the focus
    const std::optional<Relay>& relay() const { return relay_; }
    std::optional<Instant> joined_at() const { return joined_at_; }

private:
    void send(xml::Element element, Said& out);
    void send_text(std::string text, Said& out);
    void send_stanza(xml::Element stanza, Said& out);
    void open_stream(Said& out);
    void receive_features(const xml::Element& features, Said& out);
    void receive_management(const xml::Element& element, Instant now, Said& out);
    void receive_iq(const xml::Element& iq, Instant now, Said& out);
    void receive_request(const xml::Element& iq, Said& out);
    void receive_jingle(const xml::Element& iq, const xml::Element& jingle, Said& out);
    void receive_presence(const xml::Element& presence, Instant now, Said& out);
    void receive_own_presence(const xml::Element& presence, Instant now, Said& out);
    void receive_conference(const xml::Element& iq, Instant now, Said& out);
    void bound(const xml::Element& iq, Said& out);
    void start_session(Instant now, Said& out);
    void ask_for_conference(Said& out);
    void join(Said& out);
    void end(End reason, Said& out);
    xml::Element iq(std::string_view type, std::string_view to);
    xml::Element presence() const;
    std::string login_domain() const;
    std::string room_jid() const { return options_.room + "@conference." + options_.domain; }

    Options options_;
    Entropy& entropy_;
    State state_ = State::Idle;
    End end_ = End::None;
    std::string jid_;
    std::string nick_;
    std::string machine_;
    std::string sid_;
    std::string focus_jid_;
    std::string bridge_session_;
    std::set<std::string> others_;
    std::optional<Relay> relay_;
    bool in_room_ = false;
    bool moderator_ = false;
    bool audio_muted_ = false;
    bool video_muted_ = false;
    bool authenticated_ = false;
    std::optional<Instant> joined_at_;
    std::optional<Instant> ask_again_;
    std::optional<Instant> ping_at_;
    std::uint32_t ids_ = 0;
    std::string conference_id_;

    // XEP-0198
    std::string resume_id_;
    bool counting_ = false;
    std::uint32_t received_ = 0;
    std::uint32_t acknowledged_ = 0;
    std::deque<std::string> unacknowledged_;
};

}  // namespace klassenraum::bench
