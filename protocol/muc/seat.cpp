#include "protocol/muc/seat.hpp"

#include "protocol/muc/fan_out.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

namespace {

void add_status(xml::Element& x, std::string_view code) {
    x.add("status").set("code", code);
}

xml::Element focus_presence(const std::string& room_jid, std::string_view focus_jid) {
    xml::Element presence = xmpp::make_presence("", room_jid + "/" + std::string(kFocusNick), "");
    xml::Element properties("conference-properties", ns::kFocus);
    properties.add("property").with("key", "support-terminate-restart").with("value", "true");
    properties.add("property").with("key", "bridge-count").with("value", "1");
    presence.add(std::move(properties));
    xml::Element x("x", ns::kMucUser);
    x.add("item").with("affiliation", "owner").with("role", "moderator").with("jid", focus_jid);
    presence.add(std::move(x));
    return presence;
}

xml::Element subject_message(const Room& room, const std::string& room_jid) {
    xml::Element message = xmpp::make_message("groupchat", room_jid, "");
    message.add("subject").set_text(room.subject);
    return message;
}

xml::Element unavailable(const Occupant& occupant, const std::string& room_jid, const Removal& removal, View view) {
    xml::Element presence = xmpp::make_presence("unavailable", room_jid + "/" + occupant.nick, "");
    if (!removal.status.empty()) presence.add("status").set_text(removal.status);
    xml::Element x("x", ns::kMucUser);
    xml::Element& item =
        x.add("item").with("affiliation", "none").with("role", "none").with("jid", occupant.public_jid);
    if (!removal.actor.empty()) item.add("actor").set("nick", removal.actor);
    if (!removal.reason.empty()) item.add("reason").set_text(removal.reason);
    if (removal.kicked) add_status(x, "307");
    if (view == View::Self) add_status(x, "110");
    presence.add(std::move(x));
    return presence;
}

}  // namespace

// The muc#user child stands last: clients take the first <status/> of a presence as the occupant's own words.
xml::Element presence_of(const Occupant& occupant, const std::string& room_jid, View view) {
    xml::Element presence = xmpp::make_presence("", room_jid + "/" + occupant.nick, "");
    for (const xml::Element& extension : occupant.extensions) presence.add(extension);
    xml::Element x("x", ns::kMucUser);
    x.add("item")
        .with("affiliation", affiliation_name(occupant.affiliation))
        .with("role", role_name(occupant.affiliation))
        .with("jid", occupant.public_jid);
    if (view == View::Self) add_status(x, "110");
    presence.add(std::move(x));
    return presence;
}

void enter(Room& room, Occupant newcomer, std::string_view focus_jid, Deliveries& out) {
    const Occupant& seated = room.seat(std::move(newcomer));
    send_to(seated, focus_presence(seated.room_jid, focus_jid), out);
    for (const Occupant& other : room.occupants()) {
        if (other.session != seated.session) send_to(seated, presence_of(other, seated.room_jid, View::Others), out);
    }
    xml::Element self = presence_of(seated, seated.room_jid, View::Self);
    add_status(self.children().back(), "100");
    send_to(seated, std::move(self), out);
    send_to(seated, subject_message(room, seated.room_jid), out);
    const auto make = [&](const std::string& room_jid) { return presence_of(seated, room_jid, View::Others); };
    send_to_others(room, seated.session, make, out);
}

void announce(const Room& room, const Occupant& occupant, Deliveries& out) {
    send_to(occupant, presence_of(occupant, occupant.room_jid, View::Self), out);
    const auto make = [&](const std::string& room_jid) { return presence_of(occupant, room_jid, View::Others); };
    send_to_others(room, occupant.session, make, out);
}

void announce_configuration(const Room& room, Deliveries& out) {
    const auto make = [](const std::string& room_jid) {
        xml::Element x("x", ns::kMucUser);
        add_status(x, "104");
        return xmpp::make_message("groupchat", room_jid, "").with(std::move(x));
    };
    send_to_all(room, make, out);
}

void leave(Room& room, SessionId session, const Removal& removal, Deliveries& out) {
    const Occupant* leaver = room.find(session);
    if (leaver == nullptr) return;
    const auto make = [&](const std::string& room_jid) {
        return unavailable(*leaver, room_jid, removal, View::Others);
    };
    send_to_others(room, session, make, out);
    send_to(*leaver, unavailable(*leaver, leaver->room_jid, removal, View::Self), out);
    room.unseat(session);
}

void destroy(Room& room, std::string_view reason, Deliveries& out, const std::string& next) {
    for (const Occupant& occupant : room.occupants()) {
        xml::Element presence = xmpp::make_presence("unavailable", occupant.occupant_jid(occupant.nick), "");
        xml::Element x("x", ns::kMucUser);
        x.add("item").with("affiliation", "none").with("role", "none");
        xml::Element& destroy = x.add("destroy");
        if (!next.empty()) destroy.set("jid", next);
        destroy.add("reason").set_text(std::string(reason));
        add_status(x, "110");
        presence.add(std::move(x));
        send_to(occupant, std::move(presence), out);
    }
    while (!room.occupants().empty()) room.unseat(room.occupants().back().session);
}

}  // namespace klassenraum::muc
