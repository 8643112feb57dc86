// The focus' session-initiate (XEP-0166, 0167, 0176, 0320, 0338, 0339): what every client is offered. Payload types and
// extension ids come from rtp/profile.hpp and are the same for all; jitsi-signalling.md 5.2–5.5 says why each part is
// there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/jingle/source.hpp"

namespace klassenraum::jingle {

struct HostCandidate {
    std::string ip;
    std::uint16_t port = 0;
    std::string type;  // "host"
};

struct Offer {
    std::string sid;
    std::string initiator;  // the focus' real JID
    std::string bridge_session;
    std::string ufrag;
    std::string password;
    colibri::Fingerprint fingerprint;
    std::string channel_url;  // of the bridge WebSocket, with its password
    std::vector<HostCandidate> candidates;
    bool sctp = false;  // a data content beside it
    bool red = false;   // RFC 2198 for opus, where the client asks
    std::uint32_t feedback_audio_ssrc = 0;
    std::uint32_t feedback_video_ssrc = 0;
    std::vector<std::pair<std::string, SourceSet>> sources;  // by endpoint, already without simulcast
};

// The <jingle/>.
xml::Element write_offer(const Offer& offer);

// Our side of an ICE restart in place (jitsi-signalling.md 5.13): the transport alone, without a fingerprint, because
// DTLS goes on.
struct RestartedTransport {
    std::string sid;
    std::string initiator;
    std::uint32_t generation = 0;
    std::string ufrag;
    std::string password;
    std::vector<HostCandidate> candidates;
};
xml::Element write_restart(const RestartedTransport& restarted);

}  // namespace klassenraum::jingle
