#include "protocol/focus/conferences.hpp"

#include <variant>

#include "protocol/focus/directory.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace {

RoomId conference_of(const colibri::Event& event) {
    const auto* speaker = std::get_if<colibri::DominantSpeakerChanged>(&event);
    return speaker == nullptr ? RoomId{} : speaker->conference;
}

EndpointId endpoint_of(const colibri::Event& event) {
    return std::visit([](const auto& one) { return one.endpoint; }, event);
}

}  // namespace

Conferences::Conferences(Config config, Entropy& entropy)
    : parts_(std::make_unique<Parts>(std::move(config), entropy)) {}
Conferences::~Conferences() = default;

bool Conferences::serves(std::string_view domain) const {
    const Config& config = parts_->config;
    return domain == config.muc_domain || domain == config.focus_domain || config.is_component(domain);
}

void Conferences::receive(
    const xmpp::Sender& sender, const xml::Element& stanza, Instant now, WallTime wall, Output& out) {
    const Turn turn{now, wall, out};
    const std::optional<xmpp::Jid> to = xmpp::Jid::parse(stanza.attribute("to"));
    if (!to || !xmpp::is_stanza(stanza)) return;
    if (to->domain == parts_->config.focus_domain) {
        parts_->receive_focus(sender, stanza, turn);
    } else if (to->domain == parts_->config.lobby_domain && !to->local.empty()) {
        parts_->receive_lobby(sender, stanza, turn);
    } else if (to->domain == parts_->config.breakout_domain && !to->local.empty()) {
        if (stanza.name() == "presence") {
            parts_->receive_presence(sender, stanza, turn);
        } else {
            parts_->receive_in_room(sender, stanza, turn);
        }
    } else if (parts_->config.is_component(to->domain)) {
        parts_->receive_component(sender, *to, stanza, turn);
    } else if (to->domain == parts_->config.muc_domain && stanza.name() == "presence") {
        parts_->receive_presence(sender, stanza, turn);
    } else if (to->domain == parts_->config.muc_domain && !to->local.empty()) {
        parts_->receive_in_room(sender, stanza, turn);
    } else if (xmpp::is_request(stanza)) {
        // No list of rooms (threats.md M12).
        const xml::Element error = xmpp::iq_error(stanza, {xmpp::Condition::ServiceUnavailable});
        out.deliveries.push_back(xmpp::deliver_to(sender.session, error));
    }
    parts_->settle(turn);
}

void Conferences::receive(const colibri::Event& event, Instant now, Output& out) {
    if (const RoomId room = conference_of(event)) {  // clients hear it over the bridge channel
        for (const auto& [slug, conference] : parts_->conferences) {
            if (Conference* place = conference->place_of(room)) place->speaker_changed(endpoint_of(event), now);
        }
        return;
    }
    const Turn turn{now, {}, out};
    if (Conference* conference = parts_->find(endpoint_of(event))) conference->receive(event, turn);
    parts_->settle(turn);
}

void Conferences::receive(const RoomRequest& request, Instant now, WallTime wall, Output& out) {
    const Turn turn{now, wall, out};
    if (const auto* create = std::get_if<CreateRoom>(&request)) out.answers.push_back(parts_->create(*create, turn));
    if (const auto* query = std::get_if<QueryRoom>(&request)) out.answers.push_back(parts_->query(*query));
    if (const auto* end = std::get_if<EndRoom>(&request)) out.answers.push_back(parts_->end(*end, turn));
    if (const auto* list = std::get_if<ListRooms>(&request)) out.answers.push_back(parts_->list(*list));
    parts_->control(request, turn);
    parts_->settle(turn);
}

void Conferences::restore(RestoreRoom room, Instant now, WallTime wall, Output& out) {
    const Turn turn{now, wall, out};
    parts_->restore(std::move(room), turn);
    parts_->settle(turn);
}

void Conferences::session_interrupted(SessionId session, Instant now) {
    Conference* conference = parts_->find(session);
    if (conference == nullptr) return;
    conference->interrupt(session, now);
    const std::optional<Instant> due = conference->deadline();
    if (due && (!parts_->next || *due < *parts_->next)) parts_->next = due;
}

void Conferences::session_resumed(SessionId session, Instant now, Output& out) {
    const Turn turn{now, {}, out};
    if (Conference* conference = parts_->find(session)) conference->resume(session, turn);
    parts_->settle(turn);
}

void Conferences::session_ended(SessionId session, Departure departure, Instant now, Output& out) {
    const Turn turn{now, {}, out};
    if (Conference* conference = parts_->find(session)) {
        conference->leave(session, {}, departure == Departure::Left ? LastLoss::Left : LastLoss::Broken, turn);
    }
    if (Conference* lobby = parts_->find_lobby(session)) lobby->leave_lobby(session, turn);
    parts_->visitors.erase(session);
    parts_->settle(turn);
}

void Conferences::end_rooms_of(std::string_view account, Instant now, Output& out) {
    const Turn turn{now, {}, out};
    for (const auto& [slug, conference] : parts_->conferences) {
        if (conference->room().account() == account) conference->end(kEndedReason, turn);
    }
    parts_->settle(turn);
}

void Conferences::tell_teachers(std::string_view text, Instant now, Output& out) {
    const Turn turn{now, {}, out};
    for (const auto& [slug, conference] : parts_->conferences) conference->tell_teachers(text, turn);
}

void Conferences::account_revoked(std::string_view account, Instant now, Output& out) {
    const Turn turn{now, {}, out};
    parts_->forget_logins(parts_->logins.end_of_account(account), turn);
    parts_->settle(turn);
}

void Conferences::set_bounds(const Bounds& bounds) {
    parts_->config.max_rooms = bounds.max_rooms;
    parts_->config.max_occupants = bounds.max_occupants;
    parts_->config.leave_grace = bounds.leave_grace;
    parts_->config.orphan_grace = bounds.orphan_grace;
}

void Conferences::set_full(bool full) {
    parts_->full = full;
}

void Conferences::stop(Instant now, Output& out) {
    const Turn turn{now, {}, out};
    // The next start knows them again.
    for (const auto& [slug, conference] : parts_->conferences) {
        if (conference->is_running()) out.handed.push_back(conference->hand_over(now));
        conference->end(kStopping, turn, Conference::Ending::Interrupted);
    }
    parts_->settle(turn);
}

void Conferences::expire(Instant now, Output& out) {
    const Turn turn{now, {}, out};
    for (const auto& [slug, conference] : parts_->conferences) conference->expire(turn);
    parts_->settle(turn);
}

std::optional<Instant> Conferences::deadline() const {
    return parts_->next;
}

std::uint32_t Conferences::rooms() const {
    return static_cast<std::uint32_t>(parts_->conferences.size());
}

}  // namespace klassenraum::focus
