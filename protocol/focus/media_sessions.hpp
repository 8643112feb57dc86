// The Jingle sessions between the people of one room and the bridge: who is invited and how, what they accept, which
// sources each of them is told. Features are asked first (SSRC rewriting needs it), then the bridge makes an endpoint,
// then the offer goes out. Owned by a Conference.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/focus/client_features.hpp"
#include "protocol/focus/turn.hpp"
#include "protocol/jingle/source_registry.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::focus {

// One media session, from the endpoint's creation to its end.
//   Requested ─bridge is ready─▶ Offered ─session-accept─▶ Accepted
struct MediaSession {
    enum class State : std::uint8_t { Requested, Offered, Accepted };
    State state = State::Requested;
    EndpointId endpoint;
    std::string sid;
    std::string bridge_session;
    bool connected = false;  // DTLS is up and consent is fresh
    bool active = true;      // something came of it within the last seconds
    bool was_connected = false;
    std::uint32_t ice_generation = 0;   // of the last ICE restart in place
    std::vector<Instant> ice_restarts;  // of the last minute
    colibri::SetForceMute muted;        // what the bridge was told last
    // What this client was told of others, by their nick; only without SSRC rewriting.
    std::map<std::string, jingle::SourceSet> signalled;
    std::optional<Instant> signal_at;
};

struct Participant {
    SessionId session;
    enum class Asked : std::uint8_t { NotYet, Waiting, Done };
    Asked asked = Asked::NotYet;
    std::string features_request;  // id of our disco#info
    Instant features_due;
    ClientFeatures features;
    std::optional<MediaSession> media;
    std::optional<Instant> invite_at;  // not before: restarts that come too fast
    bool declined = false;             // it ended its session and wants no other
    std::vector<Instant> restarts;
};

class MediaSessions {
public:
    MediaSessions(const Config& config, Entropy& entropy, const muc::Room& room);

    // The occupant took its seat, perhaps again: an older session of it ends.
    void join(SessionId session, const Turn& turn);
    void leave(SessionId session, const Turn& turn);
    // Ends all of them and the bridge's conference.
    void close(const Turn& turn);

    // What each may not do is stopped at the bridge (muc/rights.hpp). Called after whatever may have changed it.
    void apply_rights(const Turn& turn);

    // <jingle/> to the focus, type set. The answer is the first thing said.
    void receive_jingle(const muc::Occupant& occupant, const xml::Element& iq, const Turn& turn);
    // Answers to what we asked.
    void receive_reply(const muc::Occupant& occupant, const xml::Element& iq, const Turn& turn);
    void receive(const colibri::Event& event, const Turn& turn);

    void expire(const Turn& turn);
    std::optional<Instant> deadline() const;

    bool has(EndpointId endpoint) const;
    // Whose it is; empty when nobody's.
    std::string nick_of(EndpointId endpoint) const;
    // Media of this person flows, or did a moment ago.
    bool is_connected(SessionId session) const;
    // It did and does not any more.
    bool has_fallen_silent(SessionId session) const;

private:
    Participant* find(SessionId session);
    Participant* find(EndpointId endpoint);

    // invitation.cpp
    void ask_features(Participant& participant, const Turn& turn);
    void invite(const Turn& turn);
    void request_endpoint(Participant& participant, const Turn& turn);
    void offer(Participant& participant, const colibri::EndpointReady& ready, const Turn& turn);
    void end_session(Participant& participant, const Turn& turn);
    void force_mute(Participant& participant, const muc::Occupant& occupant, const Turn& turn);

    // jingle_requests.cpp
    std::optional<xmpp::Error> accept(Participant& participant,
                                      const std::string& nick,
                                      const xml::Element& jingle,
                                      const Turn& turn);
    std::optional<xmpp::Error> change_sources(Participant& participant,
                                              const std::string& nick,
                                              const xml::Element& jingle,
                                              const Turn& turn);
    std::optional<xmpp::Error> terminate(Participant& participant, const xml::Element& jingle, const Turn& turn);
    void schedule_restart(Participant& participant, const Turn& turn);

    // ice_restart.cpp
    std::optional<xmpp::Error> restart_ice(Participant& participant, const xml::Element& session, const Turn& turn);
    void offer_restart(Participant& participant, const colibri::IceRestarted& restarted, const Turn& turn);
    static std::optional<xmpp::Error> set_restarted(const Participant& participant,
                                                    const xml::Element& jingle,
                                                    const Turn& turn);

    // source_signalling.cpp
    jingle::SourceSet visible_sources(const Participant& sender) const;
    void sources_changed(const Participant& origin, const Turn& turn);
    void signal_sources(Participant& receiver, const Turn& turn);
    void send_jingle(const Participant& receiver, xml::Element jingle, const Turn& turn);

    const Config& config_;
    Entropy& entropy_;
    const muc::Room& room_;
    std::vector<std::unique_ptr<Participant>> participants_;  // in the order of arrival
    jingle::SourceRegistry sources_;
    bool conference_exists_ = false;
    std::uint64_t next_request_ = 1;
};

}  // namespace klassenraum::focus
