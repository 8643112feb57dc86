// XEP-0045 §7.4–7.5, §8.1: what people of a room say to all or to one. A message is rebuilt from the kinds of children
// that Jitsi clients read (jitsi-signalling.md 4.9); the sender's identity is the room's, never the message's.
#pragma once

#include <optional>

#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::muc {

// To everybody, the sender included; a message with nothing in it that is passed on is dropped.
std::optional<xmpp::Error> say_to_all(Room& room, const Occupant& sender, const xml::Element& message, Deliveries& out);

// To exactly one occupant.
std::optional<xmpp::Error> say_to_one(
    Room& room, const Occupant& sender, std::string_view nick, const xml::Element& message, Deliveries& out);

// The server's own words to one occupant, from the focus.
void tell(const Occupant& occupant, std::string_view text, Deliveries& out);
// The server's own words to all.
void tell_all(const Room& room, std::string_view text, Deliveries& out);

}  // namespace klassenraum::muc
