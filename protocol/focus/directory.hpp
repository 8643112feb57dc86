// The inside of Conferences: which rooms there are, which stream is in which, who logged in, who is about to be shown
// out.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "protocol/focus/conference.hpp"
#include "protocol/focus/conferences.hpp"
#include "protocol/focus/login_table.hpp"
#include "protocol/focus/turn.hpp"

namespace klassenraum::focus {

// What is known of a stream that asked for a room.
struct Visitor {
    std::string machine;        // machine-uid of its last conference request
    std::string login_account;  // by session-id; empty: none
    std::string login_slug;
    std::string room;           // slug of the room that it sits in
    std::string lobby;          // slug of the room at whose door it waits
    std::string promised_room;  // slug that it was told "ready" for
    Instant promised_until;
};

struct Conferences::Parts {
    Parts(Config given, Entropy& source);

    Conference* find(std::string_view slug);
    Conference* find(SessionId session);  // where it sits
    Conference* find(EndpointId endpoint);
    Conference* find_group(std::string_view id);  // a breakout room of any lesson
    Visitor* visitor(SessionId session);          // made when new; null when there are too many
    // The school account for which this stream speaks about this room.
    std::optional<std::string> account_of(const xmpp::Sender& sender, std::string_view slug);
    bool is_owner(const xmpp::Sender& sender, const Conference& conference);

    // Nothing when a bound is hit.
    Conference* open(
        std::string slug, std::string account, std::string title, muc::Password password, Lifetime lifetime);
    std::uint32_t rooms_of(std::string_view account) const;
    void restore(RestoreRoom room, const Turn& turn);
    // In which somebody is or may come in; a planned one costs nothing.
    std::uint32_t lessons() const;

    // conference_request.cpp
    void receive_focus(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn);
    void conference_request(const xmpp::Sender& sender,
                            const xml::Element& iq,
                            const xml::Element& request,
                            const Turn& turn);
    void group_request(const xmpp::Sender& sender,
                       const xml::Element& iq,
                       const xml::Element& request,
                       const xmpp::Jid& room,
                       const Turn& turn);
    void log_out(const xmpp::Sender& sender, const xml::Element& iq, const xml::Element& request, const Turn& turn);

    // room_routing.cpp
    void receive_presence(const xmpp::Sender& sender, const xml::Element& presence, const Turn& turn);
    void receive_in_room(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn);
    void receive_end_conference(const xmpp::Sender& sender, const xml::Element& message, const Turn& turn);

    // room_requests.cpp
    RoomAnswer create(const CreateRoom& request, const Turn& turn);
    RoomAnswer query(const QueryRoom& request);
    RoomAnswer end(const EndRoom& request, const Turn& turn);
    RoomAnswer list(const ListRooms& request) const;
    // The control page: null unless the account owns it.
    Conference* owned(std::string_view account, std::string_view slug);
    RoomAnswer details(RequestId request, const Conference& conference, const Turn& turn) const;
    void control(const RoomRequest& request, const Turn& turn);

    Conference* find_lobby(SessionId session);
    void receive_lobby(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn);

    // components.cpp
    void receive_component(const xmpp::Sender& sender,
                           const xmpp::Jid& to,
                           const xml::Element& stanza,
                           const Turn& turn);

    void forget_logins(const std::vector<SessionId>& sessions, const Turn& turn);
    // After each turn: rooms that are over go, with all that depends on them, and the next deadline is found.
    void settle(const Turn& turn);

    Config config;
    bool full = false;  // no new lessons
    Entropy& entropy;
    FormerPasswords former;
    // Not every call says what date it is; the last one that did is enough.
    Instant dated_at{};
    WallTime dated{};
    WallTime wall_at(const Turn& turn);
    std::map<std::string, std::unique_ptr<Conference>, std::less<>> conferences;  // by slug
    std::map<SessionId, Visitor> visitors;
    LoginTable logins;
    struct Farewell {
        Instant due;
        SessionId session;
    };
    std::deque<Farewell> farewells;  // in the order of time
    std::optional<Instant> next;
};

}  // namespace klassenraum::focus
