// The JSON messages of the bridge channel ("colibriClass"), parsed and written (jitsi-media.md 1.4, 1.5). Input is
// parsed once, checked and rebuilt: nothing a client wrote is passed on octet by octet, and "from" is always ours. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/core/result.hpp"

namespace klassenraum::colibri {

inline constexpr std::int32_t kUnlimitedHeight = -1;

// --- client → bridge ---

// Only what is present changes. A client of 2022 writes endpoint names where others write source names.
struct ReceiverVideoConstraints {
    std::optional<std::int32_t> last_n = std::nullopt;
    std::optional<std::vector<std::string>> selected = std::nullopt;
    std::optional<std::vector<std::string>> on_stage = std::nullopt;
    std::optional<std::int32_t> default_max_height = std::nullopt;
    std::optional<std::vector<std::pair<std::string, std::int32_t>>> max_heights = std::nullopt;
};
struct LastNChanged {
    std::int32_t last_n = -1;
};
struct SourceVideoTypeChanged {
    std::string source;  // empty: VideoTypeMessage of a client of 2022, which has one video source
    VideoType type = VideoType::Camera;
};
struct ReceiverAudioSubscription {
    bool all = true;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
};
struct EndpointMessage {
    std::string to;       // empty: everyone else
    std::string rebuilt;  // ready to be sent, with our "from"
};
struct EndpointStats {
    std::string rebuilt;
};
struct ClientHello {};
using ClientMessage = std::variant<ReceiverVideoConstraints,
                                   LastNChanged,
                                   SourceVideoTypeChanged,
                                   ReceiverAudioSubscription,
                                   EndpointMessage,
                                   EndpointStats,
                                   ClientHello>;

enum class MessageError : std::uint8_t { TooLarge, NotJson, DuplicateKey, UnknownClass, BadField };

// `from` is the sender's endpoint name, written into what is forwarded.
Result<ClientMessage, MessageError> parse_message(std::string_view text, std::string_view from);

// --- bridge → client ---

struct MappedSource {
    std::string_view source;
    std::string_view owner;  // endpoint name
    std::uint32_t ssrc = 0;
    std::uint32_t rtx = 0;  // video only
    VideoType type = VideoType::Camera;
};

std::string write_server_hello();
std::string write_sender_source_constraints(std::string_view source, std::int32_t max_height);
std::string write_forwarded_sources(const std::vector<std::string_view>& sources);
std::string write_video_sources_map(const std::vector<MappedSource>& sources);
std::string write_audio_sources_map(const std::vector<MappedSource>& sources);
// `previous`: recent speakers, latest first, without the present one.
std::string write_dominant_speaker(std::string_view endpoint, const std::vector<std::string_view>& previous);
std::string write_connectivity(std::string_view endpoint, bool active);
std::string write_connection_stats(std::int64_t downlink_bps);
// For clients of 2022, which speak per endpoint.
std::string write_last_n_endpoints(const std::vector<std::string_view>& endpoints);
std::string write_sender_video_constraints(std::int32_t ideal_height);

}  // namespace klassenraum::colibri
