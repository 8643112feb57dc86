// Part of MediaSessions: ICE restart in place (jitsi-media.md 2.3, jitsi-signalling.md 5.13). The client asks by
// session-info, is told the bridge's new credentials by transport-info and answers with its own; media go on meanwhile.
// Whoever is refused begins a new session instead, as clients do that know no restart.
#include "protocol/focus/limits.hpp"
#include "protocol/focus/media_sessions.hpp"
#include "protocol/jingle/accept.hpp"
#include "protocol/jingle/offer.hpp"

namespace klassenraum::focus {

// threats.md T10: its own session only, not too often.
std::optional<xmpp::Error> MediaSessions::restart_ice(Participant& participant,
                                                      const xml::Element& session,
                                                      const Turn& turn) {
    MediaSession& media = *participant.media;
    if (session.attribute("id") != media.bridge_session) return xmpp::Error{xmpp::Condition::ItemNotFound};
    if (!media.connected) return xmpp::Error{xmpp::Condition::UnexpectedRequest};
    std::vector<Instant>& restarts = media.ice_restarts;
    while (!restarts.empty() && restarts.front() + kRestartWindow <= turn.now) restarts.erase(restarts.begin());
    const bool too_soon = !restarts.empty() && turn.now < restarts.back() + kRestartInterval;
    if (too_soon || restarts.size() >= kMaxRestarts) return xmpp::Error{xmpp::Condition::ResourceConstraint};
    restarts.push_back(turn.now);
    turn.out.commands.emplace_back(colibri::RestartIce{media.endpoint, ++media.ice_generation});
    return std::nullopt;
}

void MediaSessions::offer_restart(Participant& participant, const colibri::IceRestarted& restarted, const Turn& turn) {
    const MediaSession& media = *participant.media;
    if (restarted.generation != media.ice_generation) return;
    jingle::RestartedTransport transport;
    transport.sid = media.sid;
    transport.initiator = config_.focus_user;
    transport.generation = restarted.generation;
    transport.ufrag = restarted.ufrag;
    transport.password = restarted.password;
    for (const Candidate& candidate : config_.candidates) {
        transport.candidates.push_back({candidate.ip, candidate.port, candidate.type});
    }
    send_jingle(participant, jingle::write_restart(transport), turn);
}

// Clients of 2022 trickle candidates by transport-info as well; checks show us their addresses anyway.
std::optional<xmpp::Error> MediaSessions::set_restarted(const Participant& participant,
                                                        const xml::Element& jingle,
                                                        const Turn& turn) {
    auto credentials = jingle::parse_restart(jingle);
    if (!credentials) return xmpp::Error{xmpp::Condition::BadRequest};
    const MediaSession& media = *participant.media;
    if (!*credentials || (*credentials)->generation != media.ice_generation) return std::nullopt;
    turn.out.commands.emplace_back(colibri::SetRestarted{.endpoint = media.endpoint,
                                                         .generation = (*credentials)->generation,
                                                         .ufrag = std::move((*credentials)->ufrag),
                                                         .password = std::move((*credentials)->password)});
    return std::nullopt;
}

}  // namespace klassenraum::focus
