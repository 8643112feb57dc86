// Part of Conferences: stanzas to room addresses. Whatever the spelling, the folded name finds the room; who is not
// inside gets the same answers for rooms that exist and for rooms that do not (threats.md M12).
#include "protocol/focus/directory.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/admission.hpp"
#include "protocol/muc/limits.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/muc/text.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;
using xmpp::Condition;

namespace {

constexpr std::string_view kSwitchRoom = "switch_room";  // a client's word for going to or from a breakout room

struct Address {
    std::string slug;
    std::string room_jid;  // bare, as written
    std::string nick;      // empty: the room itself
    bool breakout = false;
};

std::optional<Address> parse_address(const xml::Element& stanza, const Config& config) {
    const std::string_view to = stanza.attribute("to");
    const std::optional<xmpp::Jid> jid = xmpp::Jid::parse(to);
    if (!jid) return std::nullopt;
    Address address{muc::fold_room_name(jid->local), std::string(to.substr(0, to.find('/'))), jid->resource,
                    jid->domain == config.breakout_domain};
    if (address.slug.empty()) return std::nullopt;
    return address;
}

// Whether this is where the address leads to.
bool is_at(const Conference* place, const Address& address) {
    return place != nullptr && place->room().slug() == address.slug && place->is_breakout() == address.breakout;
}

void refuse_presence(const xmpp::Sender& sender,
                     const xml::Element& presence,
                     const xmpp::Error& error,
                     const Turn& turn) {
    xml::Element reply = xmpp::make_presence("error", presence.attribute("to"), sender.jid.str());
    reply.add(xml::Element("x", ns::kMuc));
    reply.add(xmpp::to_element(error));
    turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, reply));
}

// Clients wait for this when they leave; one who has no seat any more gets it too.
void confirm_absence(const xmpp::Sender& sender, const xml::Element& presence, const Turn& turn) {
    xml::Element reply = xmpp::make_presence("unavailable", presence.attribute("to"), sender.jid.str());
    xml::Element x("x", ns::kMucUser);
    x.add("item").with("affiliation", "none").with("role", "none");
    x.add("status").set("code", "110");
    reply.add(std::move(x));
    turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, reply));
}

}  // namespace

void Conferences::Parts::receive_presence(const xmpp::Sender& sender, const xml::Element& presence, const Turn& turn) {
    const std::string_view type = presence.attribute("type");
    if (!type.empty() && type != "unavailable") return;
    const std::optional<Address> address = parse_address(presence, config);
    if (!address || address->nick.empty()) return refuse_presence(sender, presence, {Condition::JidMalformed}, turn);
    Conference* seat = find(sender.session);
    const bool here = is_at(seat, *address);
    if (type == "unavailable") {
        if (!here) return confirm_absence(sender, presence, turn);
        muc::Removal removal;
        if (const xml::Element* status = presence.child("status", ns::kClient)) {
            removal.status = muc::plain_line(status->text(), muc::kMaxStatus);
        }
        // Clients of 2022 do not say that they only switch. Who taught and leaves for good is not waited for.
        const bool switches = removal.status == kSwitchRoom || seat->lesson().is_sent(sender.session);
        const bool guest_of_group = seat->is_breakout() && !seat->room().find(sender.session)->is_owner();
        if (switches || guest_of_group) seat->let_pass(sender.session, turn);
        visitors[sender.session].room.clear();
        return seat->leave(sender.session, removal, LastLoss::Left, turn);
    }
    if (presence.child("x", ns::kMuc) == nullptr) {
        const bool own = here && seat->room().find(sender.session)->nick == address->nick;
        if (!own) return refuse_presence(sender, presence, {Condition::NotAcceptable}, turn);
        return seat->update_presence(sender.session, presence, turn);
    }
    Conference* conference = address->breakout ? find_group(address->slug) : find(address->slug);
    Visitor* known = visitor(sender.session);
    if (known == nullptr) return refuse_presence(sender, presence, {Condition::ServiceUnavailable}, turn);
    if (conference == nullptr) {
        return refuse_presence(sender, presence, muc::refusal_of(muc::Verdict::Closed), turn);
    }
    const Arrival arrival{.sender = sender,
                          .presence = presence,
                          .room_jid = address->room_jid,
                          .nick = address->nick,
                          .machine = known->machine,
                          .owner = is_owner(sender, *conference),
                          .promised = known->promised_room == address->slug && turn.now < known->promised_until};
    if (!conference->join(arrival, turn)) return;
    // One stream sits in one room.
    if (seat != nullptr && seat != conference) seat->leave(sender.session, {}, LastLoss::Left, turn);
    known->room = conference->lesson().room().slug();
}

// The lobby has the name of its room, in another domain.
void Conferences::Parts::receive_lobby(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn) {
    const std::optional<Address> address = parse_address(stanza, config);
    Conference* lobby = find_lobby(sender.session);
    const bool here = address && lobby != nullptr && lobby->room().slug() == address->slug;
    if (stanza.name() == "presence") {
        const std::string_view type = stanza.attribute("type");
        if (!type.empty() && type != "unavailable") return;
        if (type == "unavailable")
            return here ? lobby->leave_lobby(sender.session, turn) : confirm_absence(sender, stanza, turn);
        if (here && stanza.child("x", ns::kMuc) == nullptr) return lobby->update_waiting(sender.session, stanza, turn);
        Conference* conference = address ? find(address->slug) : nullptr;
        Visitor* known = visitor(sender.session);
        if (conference == nullptr || known == nullptr || address->nick.empty()) {
            return refuse_presence(sender, stanza, {Condition::NotAllowed}, turn);
        }
        const Arrival arrival{.sender = sender,
                              .presence = stanza,
                              .room_jid = address->room_jid,
                              .nick = address->nick,
                              .machine = known->machine,
                              .owner = is_owner(sender, *conference)};
        if (!conference->enter_lobby(arrival, turn)) return;
        if (lobby != nullptr && lobby != conference) lobby->leave_lobby(sender.session, turn);
        known->lobby = address->slug;
        return;
    }
    if (xmpp::is_request(stanza) && here) return lobby->receive_lobby_iq(sender.session, stanza, turn);
    const bool silent = stanza.name() == "iq" ? !xmpp::is_request(stanza) : !xmpp::may_answer_with_error(stanza);
    if (silent) return;
    turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, xmpp::error_reply(stanza, {Condition::Forbidden})));
}

void Conferences::Parts::receive_in_room(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn) {
    const std::optional<Address> address = parse_address(stanza, config);
    Conference* conference = find(sender.session);
    const bool here = address && is_at(conference, *address);
    if (!here) {
        const bool silent = stanza.name() == "iq" ? !xmpp::is_request(stanza) : !xmpp::may_answer_with_error(stanza);
        if (silent) return;
        const xmpp::Error error{address || !stanza.has_attribute("to") ? Condition::ItemNotFound
                                                                       : Condition::ServiceUnavailable};
        turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, xmpp::error_reply(stanza, error)));
        return;
    }
    const muc::Occupant& occupant = *conference->room().find(sender.session);
    if (stanza.name() == "message") return conference->receive_message(occupant, address->nick, stanza, turn);
    conference->receive_iq(occupant, address->nick, stanza, turn);
}

// jitsi-signalling.md 6.3: the room is the one that the stream sits in.
void Conferences::Parts::receive_end_conference(const xmpp::Sender& sender,
                                                const xml::Element& message,
                                                const Turn& turn) {
    if (message.name() != "message" || message.child("end_conference") == nullptr) return;
    Conference* conference = find(sender.session);
    if (conference == nullptr) return;
    const muc::Occupant* occupant = conference->room().find(sender.session);
    if (occupant != nullptr && occupant->is_owner()) conference->lesson().end(kEndedReason, turn);
}

}  // namespace klassenraum::focus
