#include "protocol/focus/media_sessions.hpp"

#include <algorithm>
#include <variant>

namespace klassenraum::focus {

MediaSessions::MediaSessions(const Config& config, Entropy& entropy, const muc::Room& room)
    : config_(config), entropy_(entropy), room_(room) {}

Participant* MediaSessions::find(SessionId session) {
    const auto found = std::ranges::find_if(participants_, [&](const auto& one) { return one->session == session; });
    return found == participants_.end() ? nullptr : found->get();
}

Participant* MediaSessions::find(EndpointId endpoint) {
    const auto found = std::ranges::find_if(
        participants_, [&](const auto& one) { return one->media && one->media->endpoint == endpoint; });
    return found == participants_.end() ? nullptr : found->get();
}

bool MediaSessions::has(EndpointId endpoint) const {
    return std::ranges::any_of(participants_,
                               [&](const auto& one) { return one->media && one->media->endpoint == endpoint; });
}

std::string MediaSessions::nick_of(EndpointId endpoint) const {
    for (const auto& one : participants_) {
        const muc::Occupant* occupant = room_.find(one->session);
        if (one->media && one->media->endpoint == endpoint && occupant != nullptr) return occupant->nick;
    }
    return {};
}

bool MediaSessions::is_connected(SessionId session) const {
    return std::ranges::any_of(participants_, [&](const auto& one) {
        return one->session == session && one->media && one->media->connected && one->media->active;
    });
}

bool MediaSessions::has_fallen_silent(SessionId session) const {
    return std::ranges::any_of(participants_, [&](const auto& one) {
        return one->session == session && one->media && one->media->was_connected &&
               !(one->media->connected && one->media->active);
    });
}

void MediaSessions::join(SessionId session, const Turn& turn) {
    Participant* participant = find(session);
    if (participant == nullptr) {
        participants_.push_back(std::make_unique<Participant>());
        participant = participants_.back().get();
        participant->session = session;
    } else {
        // Joining again and again costs no more than asking for restarts does.
        if (participant->media) schedule_restart(*participant, turn);
        end_session(*participant, turn);
        participant->asked = Participant::Asked::NotYet;
        participant->declined = false;
    }
    ask_features(*participant, turn);
    invite(turn);
}

void MediaSessions::leave(SessionId session, const Turn& turn) {
    Participant* participant = find(session);
    if (participant == nullptr) return;
    // Clients drop a leaver's streams with its presence: no source-remove is due for them.
    if (const muc::Occupant* occupant = room_.find(session)) {
        for (const auto& other : participants_) {
            if (other->media) other->media->signalled.erase(occupant->nick);
        }
    }
    end_session(*participant, turn);
    std::erase_if(participants_, [&](const auto& one) { return one->session == session; });
}

void MediaSessions::close(const Turn& turn) {
    for (const auto& participant : participants_) end_session(*participant, turn);
    participants_.clear();
    if (conference_exists_) turn.out.commands.emplace_back(colibri::ExpireConference{room_.id()});
    conference_exists_ = false;
}

void MediaSessions::receive(const colibri::Event& event, const Turn& turn) {
    if (const auto* ready = std::get_if<colibri::EndpointReady>(&event)) {
        Participant* participant = find(ready->endpoint);
        if (participant != nullptr && participant->media->state == MediaSession::State::Requested) {
            offer(*participant, *ready, turn);
        }
    } else if (const auto* restarted = std::get_if<colibri::IceRestarted>(&event)) {
        if (Participant* participant = find(restarted->endpoint)) offer_restart(*participant, *restarted, turn);
    } else if (const auto* connected = std::get_if<colibri::EndpointConnected>(&event)) {
        if (Participant* participant = find(connected->endpoint)) {
            participant->media->connected = true;
            participant->media->active = true;
            participant->media->was_connected = true;
        }
    } else if (const auto* activity = std::get_if<colibri::EndpointActivity>(&event)) {
        if (Participant* participant = find(activity->endpoint)) participant->media->active = activity->active;
    } else if (const auto* failed = std::get_if<colibri::EndpointFailed>(&event)) {
        // The client notices by itself and asks for a restart with the bridge session's id, so that is kept.
        if (Participant* participant = find(failed->endpoint)) participant->media->connected = false;
    }
}

void MediaSessions::expire(const Turn& turn) {
    bool invitations_due = false;
    for (const auto& participant : participants_) {
        if (participant->asked == Participant::Asked::Waiting && participant->features_due <= turn.now) {
            participant->asked = Participant::Asked::Done;
            invitations_due = true;
        }
        if (participant->invite_at && *participant->invite_at <= turn.now) {
            participant->invite_at.reset();
            invitations_due = true;
        }
        if (participant->media && participant->media->signal_at && *participant->media->signal_at <= turn.now) {
            signal_sources(*participant, turn);
        }
    }
    if (invitations_due) invite(turn);
}

std::optional<Instant> MediaSessions::deadline() const {
    std::optional<Instant> earliest;
    const auto consider = [&](Instant instant) { earliest = earliest ? std::min(*earliest, instant) : instant; };
    for (const auto& participant : participants_) {
        if (participant->asked == Participant::Asked::Waiting) consider(participant->features_due);
        if (participant->invite_at) consider(*participant->invite_at);
        if (participant->media && participant->media->signal_at) consider(*participant->media->signal_at);
    }
    return earliest;
}

}  // namespace klassenraum::focus
