// Part of Conference: the lobby (jitsi-signalling.md 4.7). Its door comes after the password (decisions.md 10): who
// showed the right one while the door is shut may wait here, sees nobody but itself, and reaches nobody; owners see all
// who wait.
#include <algorithm>

#include "protocol/focus/conference.hpp"
#include "protocol/focus/limits.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/administration.hpp"
#include "protocol/muc/admission.hpp"
#include "protocol/muc/fan_out.hpp"
#include "protocol/muc/presence.hpp"
#include "protocol/muc/seat.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;

namespace {

xml::Element gone(const muc::Occupant& occupant, const std::string& room_jid, bool self, bool kicked) {
    xml::Element presence = xmpp::make_presence("unavailable", room_jid + "/" + occupant.nick, "");
    xml::Element x("x", ns::kMucUser);
    x.add("item").with("affiliation", "none").with("role", "none").with("jid", occupant.public_jid);
    if (kicked) x.add("status").set("code", "307");
    if (self) x.add("status").set("code", "110");
    presence.add(std::move(x));
    return presence;
}

// Without `next` the clients say that the meeting is over, with it they go there.
xml::Element destroyed(const muc::Occupant& occupant, const std::string& next) {
    xml::Element presence = xmpp::make_presence("unavailable", occupant.occupant_jid(occupant.nick), "");
    xml::Element x("x", ns::kMucUser);
    x.add("item").with("affiliation", "none").with("role", "none");
    xml::Element& destroy = x.add("destroy");
    if (!next.empty()) destroy.set("jid", next);
    destroy.add("reason").set_text("Lobby room closed.");
    x.add("status").set("code", "110");
    presence.add(std::move(x));
    return presence;
}

}  // namespace

const muc::Occupant* Conference::find_waiting(SessionId session) const {
    const auto found = std::ranges::find(hall_, session, &muc::Occupant::session);
    return found == hall_.end() ? nullptr : &*found;
}

bool Conference::enter_lobby(const Arrival& arrival, const Turn& turn) {
    const SessionId session = arrival.sender.session;
    const auto refuse = [&](const xmpp::Error& error) {
        xml::Element reply = xmpp::make_presence("error", arrival.presence.attribute("to"), arrival.sender.jid.str());
        reply.add(xml::Element("x", ns::kMuc));
        reply.add(xmpp::to_element(error));
        turn.out.deliveries.push_back(xmpp::deliver_to(session, reply));
        return find_waiting(session) != nullptr;
    };
    muc::Extensions extensions = muc::rebuild_extensions(arrival.presence, arrival.nick);
    const auto knock = knocks_.find(session);
    const bool owner = arrival.owner && room_.find(session) != nullptr;
    const bool may_wait =
        knock != knocks_.end() && !is_banned(session, arrival.machine) && room_.find(session) == nullptr;
    if (!room_.door_shut || (!owner && !may_wait)) return refuse({xmpp::Condition::NotAllowed});
    const bool taken = std::ranges::any_of(
        hall_, [&](const muc::Occupant& other) { return other.nick == arrival.nick && other.session != session; });
    if (!muc::is_nick(arrival.nick) || taken) return refuse({xmpp::Condition::Conflict});
    if (!owner && extensions.display_name.empty()) return refuse(muc::refusal_of(muc::Verdict::NameRequired));
    if (find_waiting(session) == nullptr && hall_.size() >= kMaxWaiting)
        return refuse({xmpp::Condition::ServiceUnavailable});
    leave_lobby(session, turn);
    muc::Occupant newcomer;
    newcomer.session = session;
    newcomer.real_jid = arrival.sender.jid.str();
    newcomer.public_jid = arrival.sender.guest_domain ? newcomer.real_jid
                                                      : arrival.nick + "@" + config_.guest_domain + "/" + arrival.nick;
    newcomer.room_jid = arrival.room_jid;
    newcomer.nick = arrival.nick;
    newcomer.affiliation = owner ? muc::Affiliation::Owner : muc::Affiliation::None;
    newcomer.display_name = std::move(extensions.display_name);
    newcomer.extensions = std::move(extensions.elements);
    if (owner) {
        for (const muc::Occupant& other : hall_) {
            muc::send_to(newcomer, muc::presence_of(other, newcomer.room_jid, muc::View::Others), turn.out.deliveries);
        }
    }
    hall_.push_back(std::move(newcomer));
    show_waiting(hall_.back(), turn);
    return true;
}

// To oneself, and to owners.
void Conference::show_waiting(const muc::Occupant& occupant, const Turn& turn) {
    for (const muc::Occupant& viewer : hall_) {
        const bool self = viewer.session == occupant.session;
        if (!self && !viewer.is_owner()) continue;
        muc::send_to(viewer, muc::presence_of(occupant, viewer.room_jid, self ? muc::View::Self : muc::View::Others),
                     turn.out.deliveries);
    }
}

void Conference::update_waiting(SessionId session, const xml::Element& presence, const Turn& turn) {
    const auto found = std::ranges::find(hall_, session, &muc::Occupant::session);
    if (found == hall_.end()) return;
    muc::Extensions extensions = muc::rebuild_extensions(presence, found->nick);
    if (extensions.display_name.empty() && !found->is_owner()) return;
    found->display_name = std::move(extensions.display_name);
    found->extensions = std::move(extensions.elements);
    show_waiting(*found, turn);
}

void Conference::remove_waiting(SessionId session, bool kicked, const Turn& turn) {
    const auto found = std::ranges::find(hall_, session, &muc::Occupant::session);
    if (found == hall_.end()) return;
    for (const muc::Occupant& viewer : hall_) {
        const bool self = viewer.session == session;
        if (!self && !viewer.is_owner()) continue;
        muc::send_to(viewer, gone(*found, viewer.room_jid, self, kicked), turn.out.deliveries);
    }
    muc::wipe(found->display_name);
    hall_.erase(found);
}

void Conference::leave_lobby(SessionId session, const Turn& turn) {
    remove_waiting(session, false, turn);
}

void Conference::admit(SessionId session, std::string_view by, const Turn& turn) {
    const auto knock = knocks_.find(session);
    if (knock == knocks_.end()) return;
    knock->second.admitted = true;
    xml::Element message = xmpp::make_message("", knock->second.room_jid, "");
    xml::Element x("x", ns::kMucUser);
    x.add("invite").set("from", knock->second.room_jid + "/" + std::string(by));
    message.add(std::move(x));
    const muc::Occupant* guest = find_waiting(session);
    if (guest != nullptr) muc::send_to(*guest, std::move(message), turn.out.deliveries);
}

// jitsi-signalling.md 4.7, approve: the password is never sent (threats.md M3); who proved the present one needs none.
bool Conference::receive_invitation(const muc::Occupant& sender, const xml::Element& message, const Turn& turn) {
    const xml::Element* x = message.child("x", ns::kMucUser);
    if (x == nullptr || x->child("invite") == nullptr) return false;
    if (!sender.is_owner()) return true;
    std::vector<SessionId> invited;
    for (const xml::Element& invite : x->children()) {
        if (invite.name() != "invite") continue;
        const auto guest = std::ranges::find(hall_, invite.attribute("to"), &muc::Occupant::public_jid);
        if (guest != hall_.end() && !guest->is_owner()) invited.push_back(guest->session);
    }
    for (const SessionId session : invited) admit(session, sender.nick, turn);
    return true;
}

void Conference::receive_lobby_iq(SessionId session, const xml::Element& iq, const Turn& turn) {
    const muc::Occupant* sender = find_waiting(session);
    const xml::Element* payload = xmpp::payload_of(iq);
    const auto refuse = [&](xmpp::Condition condition) {
        turn.out.deliveries.push_back(xmpp::deliver_to(session, xmpp::iq_error(iq, {condition})));
    };
    if (sender == nullptr) return refuse(xmpp::Condition::ItemNotFound);
    const bool set = iq.attribute("type") == "set";
    if (!set || payload == nullptr || !payload->is("query", ns::kMucAdmin))
        return refuse(xmpp::Condition::ServiceUnavailable);
    if (!sender->is_owner()) return refuse(xmpp::Condition::Forbidden);
    const xml::Element* item = payload->child("item");
    if (item == nullptr || item->attribute("role") != "none") return refuse(xmpp::Condition::NotAllowed);
    const auto guest = std::ranges::find(hall_, item->attribute("nick"), &muc::Occupant::nick);
    if (guest == hall_.end() || guest->is_owner()) return refuse(xmpp::Condition::ItemNotFound);
    turn.out.deliveries.push_back(xmpp::deliver_to(session, xmpp::iq_result(iq)));
    knocks_.erase(guest->session);
    remove_waiting(guest->session, true, turn);
}

bool Conference::answer_waiting(std::string_view nick, bool yes, const Turn& turn) {
    const auto guest = std::ranges::find(hall_, nick, &muc::Occupant::nick);
    if (guest == hall_.end() || guest->is_owner()) return false;
    if (yes) {
        admit(guest->session, muc::kFocusNick, turn);
    } else {
        knocks_.erase(guest->session);
        remove_waiting(guest->session, true, turn);
    }
    return true;
}

void Conference::shut_door(bool shut, const Turn& turn) {
    if (shut == room_.door_shut) return;
    room_.door_shut = shut;
    muc::announce_configuration(room_, turn.out.deliveries);
    at_each_place([&](Conference& place) { place.metadata_changed(turn); });
    if (shut) {
        // A yes of last time is none for this time.
        std::erase_if(knocks_, [&](const auto& knock) { return room_.find(knock.first) == nullptr; });
        return;
    }
    for (auto& [session, knock] : knocks_) knock.admitted = knock.admitted || find_waiting(session) != nullptr;
    empty_lobby(true, turn);
}

void Conference::empty_lobby(bool into_room, const Turn& turn) {
    for (muc::Occupant& occupant : hall_) {
        const auto knock = knocks_.find(occupant.session);
        const std::string next =
            knock != knocks_.end() ? knock->second.room_jid : room_.slug() + "@" + config_.muc_domain;
        muc::send_to(occupant, destroyed(occupant, into_room ? next : std::string()), turn.out.deliveries);
        muc::wipe(occupant.display_name);
    }
    hall_.clear();
    if (!into_room) knocks_.clear();
}

}  // namespace klassenraum::focus
