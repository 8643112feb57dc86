// Part of MediaSessions: from a seat in the room to a session-initiate (jitsi-signalling.md 5.1, 5.2).
#include "protocol/focus/media_sessions.hpp"
#include "protocol/jingle/action.hpp"
#include "protocol/jingle/offer.hpp"
#include "protocol/muc/presence.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/seat.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;

// XEP-0115 §6.2: the caps say which node to ask. A client without caps is taken as one without rewriting.
void MediaSessions::ask_features(Participant& participant, const Turn& turn) {
    const muc::Occupant* occupant = room_.find(participant.session);
    if (occupant == nullptr) return;
    participant.features = ClientFeatures{};
    const std::string node = muc::capability_node(occupant->extensions);
    if (node.empty()) {
        participant.asked = Participant::Asked::Done;
        return;
    }
    participant.features_request = "features-" + std::to_string(next_request_++);
    const auto others = static_cast<std::int64_t>(room_.occupants().size());
    participant.features_due = turn.now + config_.features_timeout + config_.features_timeout_each * others;
    participant.asked = Participant::Asked::Waiting;
    xml::Element iq =
        xmpp::make_iq("get", occupant->occupant_jid(muc::kFocusNick), occupant->real_jid, participant.features_request);
    iq.add(xml::Element("query", ns::kDiscoInfo).with("node", node));
    turn.out.deliveries.push_back(xmpp::deliver_to(occupant->session, iq));
}

void MediaSessions::receive_reply(const muc::Occupant& occupant, const xml::Element& iq, const Turn& turn) {
    Participant* participant = find(occupant.session);
    if (participant == nullptr || participant->asked != Participant::Asked::Waiting) return;
    if (iq.attribute("id") != participant->features_request) return;
    participant->asked = Participant::Asked::Done;
    const xml::Element* query = iq.child("query", ns::kDiscoInfo);
    if (iq.attribute("type") == "result" && query != nullptr) participant->features = parse_features(*query);
    invite(turn);
}

// Jicofo's rule: nobody is invited alone; from the second person on, everybody.
void MediaSessions::invite(const Turn& turn) {
    if (room_.occupants().size() < config_.invite_from) return;
    for (const auto& participant : participants_) {
        const bool known = participant->asked == Participant::Asked::Done;
        const bool waits = participant->invite_at.has_value();
        if (known && !waits && !participant->media && !participant->declined) request_endpoint(*participant, turn);
    }
}

void MediaSessions::request_endpoint(Participant& participant, const Turn& turn) {
    const muc::Occupant* occupant = room_.find(participant.session);
    if (occupant == nullptr) return;
    constexpr std::size_t kSidLength = 16;
    if (!conference_exists_) turn.out.commands.emplace_back(colibri::CreateConference{room_.id()});
    conference_exists_ = true;
    MediaSession& media = participant.media.emplace();
    media.endpoint = EndpointId{entropy_.u64() | 1U};
    media.sid = entropy_.token(kSidLength, Entropy::kLowerAlphanumeric);
    media.bridge_session = entropy_.token(kSidLength, Entropy::kHex);
    colibri::CreateEndpoint create;
    create.conference = room_.id();
    create.endpoint = media.endpoint;
    create.name = occupant->nick;
    create.ssrc_rewriting = participant.features.ssrc_rewriting;
    create.sctp = config_.offer_sctp;
    create.source_names = participant.features.source_names;
    turn.out.commands.emplace_back(std::move(create));
    media.muted.endpoint = media.endpoint;
    force_mute(participant, *occupant, turn);
}

void MediaSessions::offer(Participant& participant, const colibri::EndpointReady& ready, const Turn& turn) {
    MediaSession& media = *participant.media;
    media.state = MediaSession::State::Offered;
    sources_.reserve(ready.feedback_audio_ssrc, ready.feedback_video_ssrc);
    jingle::Offer offer;
    offer.sid = media.sid;
    offer.initiator = config_.focus_user;
    offer.bridge_session = media.bridge_session;
    offer.ufrag = ready.ufrag;
    offer.password = ready.password;
    offer.fingerprint = ready.fingerprint;
    if (!config_.websocket_origin.empty()) {
        offer.channel_url =
            config_.websocket_origin + ready.channel_path + "?pwd=" + ready.channel_password + "&room=" + room_.slug();
    }
    for (const Candidate& candidate : config_.candidates) {
        offer.candidates.push_back({candidate.ip, candidate.port, candidate.type});
    }
    offer.sctp = config_.offer_sctp;
    offer.red = participant.features.opus_red;
    offer.feedback_audio_ssrc = ready.feedback_audio_ssrc;
    offer.feedback_video_ssrc = ready.feedback_video_ssrc;
    if (!participant.features.ssrc_rewriting) {
        for (const auto& other : participants_) {
            const muc::Occupant* sender = room_.find(other->session);
            if (other.get() == &participant || sender == nullptr) continue;
            jingle::SourceSet sources = visible_sources(*other);
            if (sources.empty()) continue;
            media.signalled[sender->nick] = sources;
            offer.sources.emplace_back(sender->nick, std::move(sources));
        }
    }
    send_jingle(participant, jingle::write_offer(offer), turn);
}

void MediaSessions::end_session(Participant& participant, const Turn& turn) {
    if (!participant.media) return;
    const EndpointId endpoint = participant.media->endpoint;
    sources_.forget(endpoint);
    participant.media.reset();
    turn.out.commands.emplace_back(colibri::ExpireEndpoint{endpoint});
    sources_changed(participant, turn);
}

void MediaSessions::force_mute(Participant& participant, const muc::Occupant& occupant, const Turn& turn) {
    if (!participant.media) return;
    colibri::SetForceMute& told = participant.media->muted;
    colibri::SetForceMute wanted;
    wanted.endpoint = participant.media->endpoint;
    wanted.audio = !muc::may(room_, occupant, muc::Act::Speak);
    wanted.video = !muc::may(room_, occupant, muc::Act::ShowCamera);
    wanted.desktop = !muc::may(room_, occupant, muc::Act::ShowScreen);
    wanted.messages = !muc::may(room_, occupant, muc::Act::Chat);
    wanted.whispers = wanted.messages || (!occupant.is_owner() && room_.policy.private_chat != muc::PrivateChat::All);
    if (wanted == told) return;
    told = wanted;
    turn.out.commands.emplace_back(wanted);
}

void MediaSessions::apply_rights(const Turn& turn) {
    for (const auto& participant : participants_) {
        if (const muc::Occupant* occupant = room_.find(participant->session)) force_mute(*participant, *occupant, turn);
    }
}

}  // namespace klassenraum::focus
