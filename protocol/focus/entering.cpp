// Part of Conference: seats, from the door to the last presence (jitsi-signalling.md 4.1–4.5, 4.8).
#include "protocol/focus/conference.hpp"
#include "protocol/focus/limits.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/admission.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/presence.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;

namespace {

std::optional<std::string_view> password_in(const xml::Element& presence) {
    const xml::Element* x = presence.child("x", ns::kMuc);
    const xml::Element* password = x == nullptr ? nullptr : x->child("password");
    return password == nullptr ? std::nullopt : std::optional<std::string_view>(password->text());
}

xmpp::Delivery refusal_to(const Arrival& arrival, muc::Verdict verdict) {
    xml::Element error = xmpp::make_presence("error", arrival.presence.attribute("to"), arrival.sender.jid.str());
    error.add(xml::Element("x", ns::kMuc));
    error.add(xmpp::to_element(muc::refusal_of(verdict)));
    return xmpp::deliver_to(arrival.sender.session, error);
}

}  // namespace

bool Conference::resembles_banned(std::string_view machine, std::string_view name) const {
    return lesson().bans_.resembles(machine, muc::fold_room_name(name));
}

bool Conference::join(const Arrival& arrival, const Turn& turn) {
    const SessionId session = arrival.sender.session;
    heard(session, turn);
    if (!arrival.owner && attempts_.is_waiting(session)) return room_.find(session) != nullptr;
    muc::Extensions extensions = muc::rebuild_extensions(arrival.presence, arrival.nick);
    const auto knock = knocks_.find(session);
    const bool passes = lesson().may_pass(session, *this, turn.now);
    if (is_breakout() && !arrival.owner && !main_->may_enter_group(session, arrival.machine, room_.slug(), turn.now)) {
        turn.out.deliveries.push_back(refusal_to(arrival, muc::Verdict::Closed));
        return false;
    }
    const bool admitted = passes || (knock != knocks_.end() && knock->second.admitted);
    const muc::Applicant applicant{
        .session = session,
        .owner = arrival.owner,
        .banned = is_banned(session, arrival.machine) || resembles_banned(arrival.machine, extensions.display_name),
        .nick = arrival.nick,
        .display_name = extensions.display_name,
        .password = passes ? std::nullopt : password_in(arrival.presence),
        .proved = passes || (admitted && knock->second.generation == room_.password_generation()),
        .admitted = admitted};
    const bool open = guests_may_enter() || ((arrival.promised || passes) && state() == RoomState::Orphaned);
    const std::uint32_t elsewhere = lesson().people_elsewhere(*this);
    const muc::DoorRules rules{.max_occupants = config_.max_occupants - std::min(config_.max_occupants, elsewhere),
                               .require_display_name = config_.require_display_name,
                               .guests_may_enter = open,
                               .door_shut = room_.door_shut};
    const muc::Verdict verdict = muc::judge(room_, applicant, rules);
    if (verdict == muc::Verdict::PasswordWrong) {
        const auto guesser = attempts_.refuse(session, refusal_to(arrival, verdict), turn.now);
        if (guesser) turn.out.dismissals.push_back({*guesser, "policy-violation"});
        return room_.find(session) != nullptr;
    }
    if (verdict == muc::Verdict::MustWait) {
        if (knock == knocks_.end() && knocks_.size() >= kMaxKnocks) knocks_.erase(knocks_.begin());
        knocks_[session] = {room_.password_generation(), false, arrival.room_jid};
        const std::string local = arrival.room_jid.substr(0, arrival.room_jid.find('@'));
        xml::Element error = xmpp::to_element(muc::refusal_of(verdict));
        error.add(xml::Element("lobbyroom", ns::kJitmeet).with_text(local + "@" + config_.lobby_domain));
        xml::Element refusal = xmpp::make_presence("error", arrival.presence.attribute("to"), arrival.sender.jid.str());
        refusal.add(xml::Element("x", ns::kMuc));
        refusal.add(std::move(error));
        turn.out.deliveries.push_back(xmpp::deliver_to(session, refusal));
        return false;
    }
    if (verdict != muc::Verdict::Welcome) {
        turn.out.deliveries.push_back(refusal_to(arrival, verdict));
        return room_.find(session) != nullptr;
    }
    attempts_.forget(session);
    if (applicant.password) room_.learn_password(*applicant.password);
    seats_[session] = Seat{};
    seats_[session].machine = arrival.machine;
    lesson().bans_.met(arrival.machine);
    muc::Occupant newcomer;
    newcomer.session = session;
    newcomer.real_jid = arrival.sender.jid.str();
    // threats.md M11: a stream of the account domain is shown under an address that says nothing.
    newcomer.public_jid = arrival.sender.guest_domain ? newcomer.real_jid
                                                      : arrival.nick + "@" + config_.guest_domain + "/" + arrival.nick;
    newcomer.room_jid = arrival.room_jid;
    newcomer.nick = arrival.nick;
    newcomer.affiliation = arrival.owner ? muc::Affiliation::Owner : muc::Affiliation::None;
    newcomer.display_name = std::move(extensions.display_name);
    newcomer.extensions = std::move(extensions.elements);
    // Guests must have it before they see themselves in the room, or it has no effect; a teacher begins as it likes.
    const bool starts_muted = room_.policy.start_audio_muted || room_.policy.start_video_muted;
    const bool told_first = starts_muted && !newcomer.is_owner();
    if (told_first) tell_metadata(newcomer, turn);
    muc::enter(room_, std::move(newcomer), config_.focus_user, turn.out.deliveries);
    if (room_.second_arrival_unix_ms == 0 && room_.occupants().size() == 2) {
        room_.second_arrival_unix_ms = turn.wall.unix_us / 1000;
        muc::announce_configuration(room_, turn.out.deliveries);
    }
    review(LastLoss::Left, turn);
    if (arrival.owner && !lesson().room_.password().is_known())
        muc::tell(*room_.find(session), kSetPassword, turn.out.deliveries);
    const muc::Occupant& seated = *std::as_const(room_).find(session);
    if (!told_first) tell_metadata(seated, turn);
    welcome(seated, turn);
    media_.join(session, turn);
    arrived(session, turn);
    return true;
}

void Conference::update_presence(SessionId session, const xml::Element& presence, const Turn& turn) {
    muc::Occupant* occupant = room_.find(session);
    if (occupant == nullptr) return;
    heard(session, turn);
    muc::Extensions extensions = muc::rebuild_extensions(presence, occupant->nick);
    const bool may_rename = occupant->display_name.empty() || muc::may(room_, *occupant, muc::Act::Rename);
    if (!extensions.display_name.empty() && may_rename) {
        occupant->display_name = std::move(extensions.display_name);
    } else if (!occupant->display_name.empty()) {
        // Nobody becomes nameless inside, or another one where the owner does not want it.
        std::erase_if(extensions.elements, [](const xml::Element& element) { return element.is("nick", ns::kNick); });
        extensions.elements.push_back(xml::Element("nick", ns::kNick).with_text(occupant->display_name));
    }
    if (extensions.elements == occupant->extensions) return;
    occupant->extensions = std::move(extensions.elements);
    lesson().roster_changed(turn);
    muc::announce(room_, *occupant, turn.out.deliveries);
}

void Conference::leave(SessionId session, const muc::Removal& removal, LastLoss loss, const Turn& turn) {
    attempts_.forget(session);
    leave_lobby(session, turn);
    knocks_.erase(session);
    if (room_.find(session) == nullptr) return;
    media_.leave(session, turn);
    muc::leave(room_, session, removal, turn.out.deliveries);
    seats_.erase(session);
    lesson().roster_changed(turn);
    review(loss, turn);
}

void Conference::set_owner(SessionId session, bool owner, const Turn& turn) {
    muc::Occupant* occupant = room_.find(session);
    if (occupant == nullptr || occupant->is_owner() == owner) return;
    occupant->affiliation = owner ? muc::Affiliation::Owner : muc::Affiliation::None;
    occupant->approved.reset();
    leave_lobby(session, turn);
    muc::announce(room_, *occupant, turn.out.deliveries);
    review(LastLoss::Left, turn);
    media_.apply_rights(turn);
    if (owner) welcome(*occupant, turn);
    if (owner && !lesson().room_.password().is_known()) muc::tell(*occupant, kSetPassword, turn.out.deliveries);
}

void Conference::interrupt(SessionId session, Instant now) {
    const auto seat = seats_.find(session);
    if (seat != seats_.end() && !seat->second.interrupted) seat->second.interrupted = now;
}

void Conference::resume(SessionId session, const Turn& turn) {
    const auto seat = seats_.find(session);
    if (seat == seats_.end()) return;
    seat->second.interrupted.reset();
    seat->second.silent = false;
    seat->second.probe_due.reset();
    review(LastLoss::Broken, turn);
}

void Conference::send_out(const std::string& actor, SessionId target, const std::string& reason, const Turn& turn) {
    const auto seat = seats_.find(target);
    const muc::Occupant* occupant = std::as_const(room_).find(target);
    lesson().bans_.add(target, seat == seats_.end() ? std::string() : seat->second.machine,
                       occupant == nullptr ? std::string() : muc::fold_room_name(occupant->display_name));
    muc::Removal removal;
    removal.kicked = true;
    removal.actor = actor;
    removal.reason = reason;
    leave(target, removal, LastLoss::Left, turn);
    sent_out_.push_back(target);
}

}  // namespace klassenraum::focus
