// Part of MediaSessions: what clients ask of their session (jitsi-signalling.md 5.6, 5.8, 5.12–5.14). Each gets its
// answer at once; a request is taken whole or changes nothing.
#include "protocol/focus/limits.hpp"
#include "protocol/focus/media_sessions.hpp"
#include "protocol/jingle/accept.hpp"
#include "protocol/jingle/action.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;
using jingle::Action;

namespace {

xmpp::Error unknown_session() {
    return {xmpp::Condition::ItemNotFound, "", {xml::Element("unknown-session", ns::kJingleErrors)}};
}

xmpp::Error error_of(jingle::SourceError error) {
    const bool full = error == jingle::SourceError::TooMany;
    return {full ? xmpp::Condition::ResourceConstraint : xmpp::Condition::BadRequest,
            std::string(jingle::text_of(error))};
}

}  // namespace

void MediaSessions::receive_jingle(const muc::Occupant& occupant, const xml::Element& iq, const Turn& turn) {
    const xml::Element* jingle = xmpp::payload_of(iq);
    Participant* participant = find(occupant.session);
    const auto answer = [&](const std::optional<xmpp::Error>& error) {
        turn.out.deliveries.push_back(
            xmpp::deliver_to(occupant.session, error ? xmpp::iq_error(iq, *error) : xmpp::iq_result(iq)));
    };
    if (jingle == nullptr || participant == nullptr) return answer(xmpp::Error{xmpp::Condition::BadRequest});
    const std::optional<Action> action = jingle::action_of(*jingle);
    if (!action) return answer(xmpp::Error{xmpp::Condition::BadRequest});
    if (!participant->media || participant->media->sid != jingle->attribute("sid")) return answer(unknown_session());

    // The answer stands before whatever the request causes.
    const std::size_t place = turn.out.deliveries.size();
    std::optional<xmpp::Error> error;
    switch (*action) {
        case Action::SessionAccept:
            error = accept(*participant, occupant.nick, *jingle, turn);
            break;
        case Action::SourceAdd:
        case Action::SourceRemove:
            error = change_sources(*participant, occupant.nick, *jingle, turn);
            break;
        case Action::SessionTerminate:
            error = terminate(*participant, *jingle, turn);
            break;
        case Action::SessionInfo: {
            const xml::Element* session = jingle->child("bridge-session", ns::kFocus);
            if (session != nullptr && session->attribute("ice-restart") == "true") {
                error = restart_ice(*participant, *session, turn);
            }
            break;
        }
        case Action::TransportInfo:
            error = set_restarted(*participant, *jingle, turn);
            break;
        case Action::TransportAccept:
        case Action::TransportReject:
            break;
        case Action::SessionInitiate:
            error = xmpp::Error{xmpp::Condition::BadRequest};
            break;
    }
    answer(error);
    auto& deliveries = turn.out.deliveries;
    std::rotate(deliveries.begin() + static_cast<std::ptrdiff_t>(place), deliveries.end() - 1, deliveries.end());
}

std::optional<xmpp::Error> MediaSessions::accept(Participant& participant,
                                                 const std::string& nick,
                                                 const xml::Element& jingle,
                                                 const Turn& turn) {
    MediaSession& media = *participant.media;
    if (media.state != MediaSession::State::Offered) return xmpp::Error{xmpp::Condition::UnexpectedRequest};
    Result<jingle::Accept, jingle::SourceError> accepted = jingle::parse_accept(jingle, nick);
    if (!accepted) return error_of(accepted.error());
    if (const auto error = sources_.add(media.endpoint, accepted->sources)) return error_of(*error);
    media.state = MediaSession::State::Accepted;
    colibri::SetRemote remote;
    remote.endpoint = media.endpoint;
    remote.ufrag = std::move(accepted->ufrag);
    remote.password = std::move(accepted->password);
    remote.fingerprints = std::move(accepted->fingerprints);
    remote.codecs = accepted->codecs;
    remote.audio_extensions = accepted->audio_extensions;
    remote.video_extensions = accepted->video_extensions;
    remote.initial_last_n = accepted->initial_last_n;
    turn.out.commands.emplace_back(std::move(remote));
    turn.out.commands.emplace_back(colibri::SetSources{media.endpoint, sources_.describe(media.endpoint)});
    sources_changed(participant, turn);
    // What came while the offer was under way.
    if (!participant.features.ssrc_rewriting) media.signal_at = turn.now + config_.source_delay;
    return std::nullopt;
}

std::optional<xmpp::Error> MediaSessions::change_sources(Participant& participant,
                                                         const std::string& nick,
                                                         const xml::Element& jingle,
                                                         const Turn& turn) {
    MediaSession& media = *participant.media;
    if (media.state != MediaSession::State::Accepted) return xmpp::Error{xmpp::Condition::UnexpectedRequest};
    const Result<jingle::SourceSet, jingle::SourceError> sources = jingle::parse_sources(jingle, nick);
    if (!sources) return error_of(sources.error());
    if (sources->empty()) return std::nullopt;
    const bool adding = jingle::action_of(jingle) == Action::SourceAdd;
    const auto error = adding ? sources_.add(media.endpoint, *sources) : sources_.remove(media.endpoint, *sources);
    if (error) return error_of(*error);
    turn.out.commands.emplace_back(colibri::SetSources{media.endpoint, sources_.describe(media.endpoint)});
    sources_changed(participant, turn);
    return std::nullopt;
}

std::optional<xmpp::Error> MediaSessions::terminate(Participant& participant,
                                                    const xml::Element& jingle,
                                                    const Turn& turn) {
    const jingle::Termination termination = jingle::parse_termination(jingle);
    if (!termination.bridge_session.empty() && termination.bridge_session != participant.media->bridge_session) {
        return xmpp::Error{xmpp::Condition::ItemNotFound};
    }
    end_session(participant, turn);
    if (termination.restart) {
        schedule_restart(participant, turn);
        invite(turn);
    } else {
        participant.declined = true;
    }
    return std::nullopt;
}

void MediaSessions::schedule_restart(Participant& participant, const Turn& turn) {
    std::vector<Instant>& restarts = participant.restarts;
    while (!restarts.empty() && restarts.front() + kRestartWindow <= turn.now) restarts.erase(restarts.begin());
    Instant allowed = turn.now;
    if (!restarts.empty()) allowed = std::max(allowed, restarts.back() + kRestartInterval);
    if (restarts.size() >= kMaxRestarts) {
        allowed = std::max(allowed, restarts.front() + kRestartWindow);
        restarts.erase(restarts.begin());
    }
    restarts.push_back(allowed);
    if (allowed > turn.now) participant.invite_at = allowed;
}

}  // namespace klassenraum::focus
