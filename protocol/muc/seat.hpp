// XEP-0045 §7.1, §7.4, §7.14 with the order that Jitsi clients need (jitsi-signalling.md 4.2): the focus, the others,
// oneself with status 110, the subject. Every presence carries all that its occupant told, because each replaces the
// last.
#pragma once

#include <string>
#include <string_view>

#include "protocol/muc/room.hpp"

namespace klassenraum::muc {

inline constexpr std::string_view kFocusNick = "focus";

enum class View : bool { Others, Self };

// One's presence as the others or oneself see it, in a room that the viewer writes so.
xml::Element presence_of(const Occupant& occupant, const std::string& room_jid, View view);

// Seats a newcomer (or one who joins afresh) and tells everybody. `focus_jid` is the focus occupant's real full JID.
void enter(Room& room, Occupant newcomer, std::string_view focus_jid, Deliveries& out);

// The occupant's presence as it is now, to all: after a change of its extensions or of its role.
void announce(const Room& room, const Occupant& occupant, Deliveries& out);

// 104: clients ask for the room's information again and see its lock.
void announce_configuration(const Room& room, Deliveries& out);

struct Removal {
    std::string status;   // the leaver's own word, e.g. "switch_room"
    bool kicked = false;  // 307
    std::string actor;    // nick
    std::string reason;
};
// Tells everybody, the one who goes included, and frees the seat.
void leave(Room& room, SessionId session, const Removal& removal, Deliveries& out);

// XEP-0045 §10.9: tells everybody that the room is gone and empties it.
// `next`: the room to which clients go instead.
void destroy(Room& room, std::string_view reason, Deliveries& out, const std::string& next = {});

}  // namespace klassenraum::muc
