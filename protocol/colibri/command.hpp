// What the focus asks of the bridge and what the bridge tells the focus: the role COLIBRI has between Jicofo and the
// Videobridge, as values inside one process. Focus and bridge know these types and not each other; the shard carries
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::colibri {

enum class MediaKind : std::uint8_t { Audio, Video };
enum class VideoType : std::uint8_t { Camera, Desktop, DesktopHighFps, None };

// One source of an endpoint as signalled in Jingle: the encodings of one microphone, camera or screen.
struct SourceDescription {
    std::string name;  // "<endpoint name>-a0", "-v0" (camera), "-v1" (screen)
    MediaKind kind = MediaKind::Audio;
    VideoType video_type = VideoType::Camera;
    std::vector<std::uint32_t> ssrcs;  // SIM order: lowest encoding first; one for audio and SVC
    std::vector<std::uint32_t> rtx;    // parallel to ssrcs (FID); 0 where an encoding has none; empty for audio
    bool operator==(const SourceDescription&) const = default;
};

// RFC 8122: the hash function's name as in SDP ("sha-256") and the value as upper-case hex pairs with colons.
struct Fingerprint {
    std::string hash;
    std::string value;
    bool operator==(const Fingerprint&) const = default;
};

// --- focus → bridge ---

struct CreateConference {
    RoomId conference;
};
struct ExpireConference {
    RoomId conference;
};
struct CreateEndpoint {
    RoomId conference;
    EndpointId endpoint;
    std::string name;  // the occupant's nick: what clients call the endpoint id (8 hex digits)
    bool ssrc_rewriting = false;
    bool sctp = false;         // the offer has a data content
    bool source_names = true;  // false: a client of 2022 that speaks per endpoint (jitsi-signalling.md 9.4)
};
// From session-accept: the client's ICE credentials and certificate, and what it accepted of our offer.
struct SetRemote {
    EndpointId endpoint;
    std::string ufrag;
    std::string password;
    std::vector<Fingerprint> fingerprints;
    rtp::CodecSet codecs;
    rtp::ExtensionSet audio_extensions;
    rtp::ExtensionSet video_extensions;
    std::optional<int> initial_last_n;
};
// ICE restart in place (jitsi-media.md 2.3), in two steps: the bridge makes credentials of ours …
struct RestartIce {
    EndpointId endpoint;
    std::uint32_t generation = 0;  // from 1, rising
};
// … and is told the client's. Anything but the newest generation is late.
struct SetRestarted {
    EndpointId endpoint;
    std::uint32_t generation = 0;
    std::string ufrag;
    std::string password;
};
// The endpoint's whole present set of sources; what is missing has gone.
struct SetSources {
    EndpointId endpoint;
    std::vector<SourceDescription> sources;
};
// Moderation: what the bridge must not forward from this endpoint, whatever the client sends.
struct SetForceMute {
    EndpointId endpoint;
    bool audio = false;
    bool video = false;
    bool desktop = false;
    bool messages = false;  // what it says to all over the bridge channel
    bool whispers = false;  // what it says to one
    bool operator==(const SetForceMute&) const = default;
};
struct ExpireEndpoint {
    EndpointId endpoint;
};
using Command = std::variant<CreateConference,
                             ExpireConference,
                             CreateEndpoint,
                             SetRemote,
                             RestartIce,
                             SetRestarted,
                             SetSources,
                             SetForceMute,
                             ExpireEndpoint>;

// --- bridge → focus ---

// Answers CreateEndpoint at once: what the offer needs.
struct EndpointReady {
    EndpointId endpoint;
    std::string ufrag;
    std::string password;
    Fingerprint fingerprint;
    std::string channel_path;               // path of the bridge WebSocket: "/colibri-ws/<worker>/<conference>/<name>"
    std::string channel_password;           // its "?pwd=", 24 characters, constant for the endpoint's life
    std::uint32_t feedback_audio_ssrc = 0;  // signalled as the sources "jvb-a0" and "jvb-v0"
    std::uint32_t feedback_video_ssrc = 0;
};
// Answers RestartIce at once, unless there is no connection to continue.
struct IceRestarted {
    EndpointId endpoint;
    std::uint32_t generation = 0;
    std::string ufrag;
    std::string password;
};
struct EndpointConnected {  // DTLS done, fingerprint verified: media flows
    EndpointId endpoint;
};
enum class EndpointFailure : std::uint8_t { IceTimeout, ConsentLost, DtlsFailed, FingerprintMismatch };
struct EndpointFailed {
    EndpointId endpoint;
    EndpointFailure reason;
};
struct EndpointActivity {  // nothing came of a connected endpoint for some seconds, or something came again
    EndpointId endpoint;
    bool active = true;
};
struct DominantSpeakerChanged {
    RoomId conference;
    EndpointId endpoint;  // 0: nobody yet
};
using Event = std::
    variant<EndpointReady, IceRestarted, EndpointConnected, EndpointFailed, EndpointActivity, DominantSpeakerChanged>;

}  // namespace klassenraum::colibri
