// One stanza for everybody in a room. It is written once for each spelling of the room's name that clients use
// (decisions.md 2, 3), not once for each person.
#pragma once

#include <functional>
#include <string>

#include "protocol/muc/room.hpp"

namespace klassenraum::muc {

// Makes the stanza as a client sees it that writes the room's address so.
using MakeStanza = std::function<xml::Element(const std::string& room_jid)>;

void send_to_all(const Room& room, const MakeStanza& make, Deliveries& out);
void send_to_others(const Room& room, SessionId except, const MakeStanza& make, Deliveries& out);
void send_to(const Occupant& occupant, xml::Element stanza, Deliveries& out);

}  // namespace klassenraum::muc
