// The payload types and header extension ids of every conference. They are the same for all endpoints (clients answer
// with what we offer), so a forwarded packet keeps its payload type; the numbers are those Jicofo offers. The Jingle
// offer and the bridge both read them here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace klassenraum::rtp {

enum class Codec : std::uint8_t { Opus, Red, TelephoneEvent, Vp8, Vp9, Av1, H264, Count };

struct PayloadType {
    Codec codec;
    std::uint8_t number;
    std::uint8_t rtx;  // 0: none
    std::string_view name;
    std::uint32_t clock_rate_hz;
    std::uint8_t channels;  // 0: video
};

inline constexpr std::array<PayloadType, 7> kPayloadTypes{{
    {Codec::Opus, 111, 0, "opus", 48000, 2},
    {Codec::Red, 112, 0, "red", 48000, 2},
    {Codec::TelephoneEvent, 126, 0, "telephone-event", 8000, 1},
    {Codec::Av1, 41, 42, "AV1", 90000, 0},
    {Codec::Vp8, 100, 96, "VP8", 90000, 0},
    {Codec::H264, 107, 99, "H264", 90000, 0},
    {Codec::Vp9, 101, 97, "VP9", 90000, 0},
}};

constexpr const PayloadType* payload_type(std::uint8_t number) {
    for (const PayloadType& type : kPayloadTypes) {
        if (type.number == number) return &type;
    }
    return nullptr;
}
// The media payload type that an RTX payload type repairs (RFC 4588 "apt"), or null.
constexpr const PayloadType* repaired_by(std::uint8_t rtx_number) {
    for (const PayloadType& type : kPayloadTypes) {
        if (type.rtx != 0 && type.rtx == rtx_number) return &type;
    }
    return nullptr;
}

// Which codecs an endpoint accepted, a bit per Codec.
struct CodecSet {
    std::uint8_t bits = 0;
    constexpr void add(Codec codec) { bits = static_cast<std::uint8_t>(bits | 1U << static_cast<unsigned>(codec)); }
    constexpr bool has(Codec codec) const { return (bits >> static_cast<unsigned>(codec) & 1U) != 0; }
    auto operator<=>(const CodecSet&) const = default;
};

// RFC 8285 ids.
inline constexpr std::uint8_t kAudioLevelId = 1;  // RFC 6464
inline constexpr std::uint8_t kAbsSendTimeId = 3;
inline constexpr std::uint8_t kTransportCcId = 5;
inline constexpr std::uint8_t kMidId = 10;                   // RFC 8843
inline constexpr std::uint8_t kDependencyDescriptorId = 11;  // AV1 RTP specification, appendix A

inline constexpr std::string_view kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kAbsSendTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kDependencyDescriptorUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

// Which of the extensions above an endpoint accepted.
struct ExtensionSet {
    std::uint16_t bits = 0;
    constexpr void add(std::uint8_t id) { bits = static_cast<std::uint16_t>(bits | 1U << id); }
    constexpr bool has(std::uint8_t id) const { return id < 16 && (bits >> id & 1U) != 0; }
    auto operator<=>(const ExtensionSet&) const = default;
};

}  // namespace klassenraum::rtp
