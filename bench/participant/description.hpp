// The media description that a focus offers and a client answers (XEP-0166, XEP-0167 with Jitsi's additions): the offer
// as values, and our own side written as a session-accept. Sources are read in both dialects, as XML and as compact
// JSON (jitsi-signalling.md 5.2 to 5.6). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/participant/options.hpp"
#include "protocol/xml/element.hpp"

namespace klassenraum::bench {

struct Candidate {
    std::string ip;
    std::uint16_t port = 0;
};

// One source of somebody else's as signalled to a client without SSRC rewriting.
struct RemoteSource {
    std::string owner;
    std::string name;
    std::uint32_t ssrc = 0;
    std::uint32_t rtx = 0;
    bool video = false;
    bool operator==(const RemoteSource&) const = default;
};

struct Offer {
    std::string sid;
    std::string from;  // the focus' occupant JID
    std::string ufrag;
    std::string password;
    std::string fingerprint;  // sha-256
    std::vector<Candidate> candidates;
    std::string channel_url;
    std::string bridge_session;
    std::vector<RemoteSource> sources;
    // Of our own side, where it was announced before the offer was known; empty, zero: drawn.
    std::string own_ufrag = {};
    std::string own_password = {};
    std::uint32_t own_audio_ssrc = 0;
    std::uint32_t own_video_ssrc = 0;  // of a camera with one encoding
    std::uint32_t own_rtx_ssrc = 0;
    bool controlling = false;  // ICE: we nominate, where we made the offer
    // What a server with numbers of its own calls our payload types: theirs, ours.
    std::vector<std::pair<std::uint8_t, std::uint8_t>> payload_types = {};
};

// Our own media.
struct LocalMedia {
    std::string nick;
    std::string ufrag;
    std::string password;
    std::string fingerprint;
    std::uint32_t audio_ssrc = 0;  // 0: no microphone
    std::vector<std::uint32_t> video_ssrcs = {};
    std::vector<std::uint32_t> rtx_ssrcs = {};
};

std::optional<Offer> parse_offer(const xml::Element& iq);
// Of a session-initiate, source-add or source-remove; the bridge's own feedback sources are left out.
std::vector<RemoteSource> parse_remote_sources(const xml::Element& jingle);
xml::Element write_accept(const Offer& offer, const LocalMedia& local, std::string_view own_jid, Dialect dialect);

}  // namespace klassenraum::bench
