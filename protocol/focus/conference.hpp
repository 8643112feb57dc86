// One room with its focus: it puts together who may enter (muc), who is invited to media (MediaSessions) and how long the
// room lasts (LifeCycle). The rules themselves are in those parts. Owned by Conferences, which finds it by its slug.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/focus/ban_list.hpp"
#include "protocol/focus/life_cycle.hpp"
#include "protocol/focus/media_sessions.hpp"
#include "protocol/focus/password_attempts.hpp"
#include "protocol/focus/turn.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/muc/seat.hpp"

namespace klassenraum::focus {

// Somebody at the door.
struct Arrival {
    const xmpp::Sender& sender;
    const xml::Element& presence;
    std::string room_jid;  // bare, as this client writes it
    std::string nick;
    std::string machine;
    bool owner = false;     // logged in to the room's account
    bool promised = false;  // was told "ready" a moment ago
};

class Conference {
public:
    Conference(const Config& config, Entropy& entropy, std::string slug, std::string account, std::string title,
               muc::Password password, Instant expires);

    const muc::Room& room() const { return room_; }
    RoomState state() const { return life_.state(); }
    // A teacher is in and people know the password.
    bool guests_may_enter() const;
    bool is_banned(SessionId session, std::string_view machine) const { return bans_.has(session, machine); }
    void keep_until(Instant instant) { life_.keep_until(instant); }

    // entering.cpp. True when the newcomer has a seat.
    bool join(const Arrival& arrival, const Turn& turn);
    void update_presence(SessionId session, const xml::Element& presence, const Turn& turn);
    void leave(SessionId session, const muc::Removal& removal, LastLoss loss, const Turn& turn);
    // The occupant logged in to the room's account, or out of it.
    void set_owner(SessionId session, bool owner, const Turn& turn);
    void interrupt(SessionId session, Instant now);
    void resume(SessionId session, const Turn& turn);

    void set_password(muc::Password password, const Turn& turn);

    // room_stanzas.cpp: of an occupant, to the room (empty nick) or to an occupant.
    void receive_message(const muc::Occupant& sender, std::string_view nick, const xml::Element& message, const Turn& turn);
    void receive_iq(const muc::Occupant& sender, std::string_view nick, const xml::Element& iq, const Turn& turn);

    void receive(const colibri::Event& event, const Turn& turn);
    bool has(EndpointId endpoint) const { return media_.has(endpoint); }

    // Everybody out; the room is over.
    void end(std::string_view reason, const Turn& turn);
    bool is_over() const { return over_; }
    // Streams of people sent out since the last call: to be ended.
    std::vector<SessionId> take_sent_out() { return std::exchange(sent_out_, {}); }

    void expire(const Turn& turn);
    std::optional<Instant> deadline() const;

private:
    struct Seat {
        std::string machine;
        std::optional<Instant> interrupted;
        bool noticed = false;  // that the line has been broken for so long that it counts as lost
    };

    bool is_lost(SessionId session, Instant now) const;
    void notice_losses(Instant now);
    void review(LastLoss loss, const Turn& turn);
    void kick(const muc::Occupant& actor, SessionId target, const std::string& reason, const Turn& turn);
    void receive_room_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn);
    void receive_focus_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn);
    std::optional<xmpp::Error> mute(const muc::Occupant& sender, const xml::Element& mute);
    void answer(const muc::Occupant& sender, const xml::Element& iq, const std::optional<xmpp::Error>& error, const Turn& turn);

    const Config& config_;
    Entropy& entropy_;
    muc::Room room_;
    LifeCycle life_;
    MediaSessions media_;
    BanList bans_;
    PasswordAttempts attempts_;
    std::map<SessionId, Seat> seats_;
    std::vector<SessionId> sent_out_;
    bool over_ = false;
};

}  // namespace klassenraum::focus
