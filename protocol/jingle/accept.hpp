// A client's session-accept: its transport, what it took of our offer, and its sources (jitsi-signalling.md 5.6). The
// <group/> and the senders attribute are not read: clients of today write both without meaning them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/jingle/source.hpp"

namespace klassenraum::jingle {

struct Accept {
    std::string ufrag;
    std::string password;
    std::vector<colibri::Fingerprint> fingerprints;
    rtp::CodecSet codecs;
    rtp::ExtensionSet audio_extensions;
    rtp::ExtensionSet video_extensions;
    std::optional<int> initial_last_n;
    SourceSet sources;
};

Result<Accept, SourceError> parse_accept(const xml::Element& jingle, std::string_view nick);

// The client's side of an ICE restart in place: a transport-info whose transports name a generation. Its fingerprint is
// not read: DTLS goes on (threats.md D7).
struct RestartedCredentials {
    std::uint32_t generation = 0;
    std::string ufrag;
    std::string password;
};
// Nothing in a transport-info about something else, as candidates that trickle.
Result<std::optional<RestartedCredentials>, SourceError> parse_restart(const xml::Element& jingle);

}  // namespace klassenraum::jingle
