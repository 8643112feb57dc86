// One RTP packet (RFC 3550 §5.1) as a checked view over its octets: every length is verified once, in parse(), and
// nothing is copied. Lives as long as the datagram; the set_* functions change a packet's fixed header in place.
#pragma once

#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/header_extension.hpp"

namespace klassenraum::rtp {

class Packet {
public:
    static std::optional<Packet> parse(ByteView datagram);

    bool marker() const { return (octets_[1] & 0x80) != 0; }
    std::uint8_t payload_type() const { return octets_[1] & 0x7f; }
    std::uint16_t sequence() const { return static_cast<std::uint16_t>(octets_[2] << 8 | octets_[3]); }
    std::uint32_t timestamp() const { return u32(4); }
    std::uint32_t ssrc() const { return u32(8); }
    std::size_t csrc_count() const { return octets_[0] & 0x0f; }
    std::uint32_t csrc(std::size_t index) const { return u32(12 + 4 * index); }

    HeaderExtensions extensions() const { return {extension_profile_, extension_block_}; }
    std::optional<ByteView> extension(std::uint8_t id) const { return extensions().find(id); }

    // Fixed header, CSRCs and extensions.
    std::size_t header_size() const { return header_size_; }
    // Without padding.
    ByteView payload() const { return octets_.subspan(header_size_, payload_size_); }
    std::size_t padding_size() const { return octets_.size() - header_size_ - payload_size_; }
    bool padded() const { return (octets_[0] & 0x20) != 0; }
    // Probing: consumes a sequence number and carries nothing.
    bool padding_only() const { return payload_size_ == 0; }
    ByteView octets() const { return octets_; }

private:
    Packet() = default;
    std::uint32_t u32(std::size_t at) const {
        return static_cast<std::uint32_t>(octets_[at]) << 24 | static_cast<std::uint32_t>(octets_[at + 1]) << 16 |
               static_cast<std::uint32_t>(octets_[at + 2]) << 8 | octets_[at + 3];
    }

    ByteView octets_;
    ByteView extension_block_;
    std::uint16_t extension_profile_ = 0;
    std::size_t header_size_ = 0;
    std::size_t payload_size_ = 0;
};

// In place, on octets that Packet::parse has accepted (or whose twelve octets the caller knows to be there).
void set_marker(MutableBytes packet, bool marker);
void set_payload_type(MutableBytes packet, std::uint8_t payload_type);
void set_sequence(MutableBytes packet, std::uint16_t sequence);
void set_timestamp(MutableBytes packet, std::uint32_t timestamp);
void set_ssrc(MutableBytes packet, std::uint32_t ssrc);
// Clears the P bit and returns the packet without its padding.
MutableBytes strip_padding(MutableBytes packet, const Packet& parsed);

// RFC 6464: the microphone's level in −dBov (0 loudest, 127 silence) and the sender's idea of speech.
struct AudioLevel {
    std::uint8_t level = 127;
    bool voice = false;
};
std::optional<AudioLevel> audio_level(const Packet& packet);
// The sender's transport-wide sequence number.
std::optional<std::uint16_t> transport_sequence(const Packet& packet);

}  // namespace klassenraum::rtp
