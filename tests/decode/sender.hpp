// Puts a recording into RTP packets as browsers do (RFC 7741, RFC 9628, AV1 RTP specification, RFC 6184), a source with
// one SSRC per encoding. Written apart from protocol/rtp, so that both must have read the specifications alike.
#pragma once

#include <array>

#include "protocol/core/entropy.hpp"
#include "tests/decode/recording.hpp"

namespace klassenraum::decode {

struct Sent {
    std::uint8_t encoding = 0;
    bool first = false;    // of its frame
    unsigned picture = 0;  // its place in the recording, which is painted on it
    std::uint64_t id = 0;  // of the packet
    const Frame* frame = nullptr;
    std::size_t clear = 0;  // octets of the RTP packet that end-to-end encryption leaves readable
    Bytes bytes;
};

struct SendOptions {
    bool descriptors = true;  // AV1: the dependency descriptor
    bool flexible = false;    // VP9: references are named
    std::size_t most = 300;   // octets of payload
};

class Sender {
public:
    explicit Sender(Entropy& entropy);
    // One picture of the recording, all encodings and layers, at this time of the sender's 90 kHz clock. Recordings may
    // follow each other on the same source.
    std::vector<Sent> send(const Recording& recording, unsigned picture, std::uint32_t ticks, SendOptions options = {});
    // A packet of nothing but padding, as browsers probe with.
    Bytes padding(std::uint8_t encoding, std::uint32_t ticks, std::uint8_t payload_type);
    std::uint32_t timestamp_offset(std::uint8_t encoding) const { return encodings_[encoding].timestamp_offset; }
    static std::uint8_t payload_type(rtp::Codec codec);

private:
    struct Encoding {
        std::uint16_t sequence = 0;
        std::uint32_t timestamp_offset = 0;
        std::uint16_t picture_id = 0;
        std::uint8_t tl0 = 0;
        std::uint16_t frame_number = 0;
        std::uint8_t template_offset = 0;
        unsigned position = 0;  // since the last key picture
    };
    // A payload with what stands before it, and the extension of its packet.
    struct Piece {
        Bytes payload;
        Bytes extension;
        std::size_t clear = 0;
    };
    std::vector<Piece> vp8(const Frame& frame, const Encoding& state, const SendOptions& options) const;
    std::vector<Piece> vp9(const Recording& recording,
                           const Frame& frame,
                           const Encoding& state,
                           const SendOptions& options) const;
    std::vector<Piece> av1(const Recording& recording,
                           const Frame& frame,
                           const Encoding& state,
                           const SendOptions& options) const;
    std::vector<Piece> h264(const Frame& frame, const SendOptions& options) const;
    Bytes packet(const Piece& piece, std::uint8_t type, bool marker, std::uint32_t ticks, std::uint8_t encoding);

    std::array<Encoding, 3> encodings_;
    std::uint64_t next_id_ = 0;
};

}  // namespace klassenraum::decode
