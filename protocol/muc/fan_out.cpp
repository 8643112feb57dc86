#include "protocol/muc/fan_out.hpp"

#include <map>

#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::muc {

void send_to_others(const Room& room, SessionId except, const MakeStanza& make, Deliveries& out) {
    std::map<std::string_view, xmpp::SharedStanza> by_spelling;
    for (const Occupant& occupant : room.occupants()) {
        if (occupant.session == except) continue;
        auto found = by_spelling.find(occupant.room_jid);
        if (found == by_spelling.end()) {
            found = by_spelling.emplace(occupant.room_jid, xmpp::SharedStanza(make(occupant.room_jid))).first;
        }
        out.push_back(found->second.to(occupant.session));
    }
}

void send_to_all(const Room& room, const MakeStanza& make, Deliveries& out) {
    send_to_others(room, SessionId{}, make, out);
}

void send_to(const Occupant& occupant, xml::Element stanza, Deliveries& out) {
    stanza.set("to", occupant.real_jid);
    out.push_back(xmpp::deliver_to(occupant.session, stanza));
}

}  // namespace klassenraum::muc
