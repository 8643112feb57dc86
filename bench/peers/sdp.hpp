// The little SDP (RFC 8866, with JSEP's attributes) that a peer SFU's sessions need: our offer to send, our answer to
// receive, and what of theirs a participant needs to know. Pure functions; what a peer may say is bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/participant/description.hpp"

namespace klassenraum::bench {

inline constexpr std::size_t kMaxSdp = 256UL * 1024;
inline constexpr std::size_t kMaxSdpMedia = 128;

// Payload types of the profile that participants speak.
inline constexpr std::uint8_t kOpus = 111;
inline constexpr std::uint8_t kVp8 = 100;

struct SdpMedia {
    bool video = false;
    std::string mid;
    std::uint32_t ssrc = 0;  // 0: none was announced
    std::uint32_t rtx_ssrc = 0;
    std::uint8_t payload_type = 0;  // of opus or VP8
    std::uint8_t rtx = 0;           // that repairs it; 0: none does
};

struct Sdp {
    Offer transport;  // credentials, fingerprint, candidates
    std::vector<SdpMedia> media;
};
std::optional<Sdp> parse_sdp(std::string_view text);

// Our side of a session.
struct SdpSelf {
    std::string ufrag;
    std::string password;
    std::string fingerprint;
    std::string ip;
    std::uint16_t port = 0;
};
std::string write_send_offer(const SdpSelf& self, bool audio, bool video);
// Takes everything that is offered.
std::string write_receive_answer(const SdpSelf& self, const Sdp& offer);

}  // namespace klassenraum::bench
