// Writes a forwarded packet: the sender's payload behind a header of our own, with only the extensions that the
// receiver accepted (RFC 3550, RFC 8285; threats.md R11), optionally as a retransmission (RFC 4588). Used by the
// bridge, which then protects the octets in the same slot.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/core/time.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::rtp {

struct ForwardHeader {
    std::uint32_t ssrc = 0;
    std::uint32_t timestamp = 0;
    std::uint16_t sequence = 0;
    std::uint8_t payload_type = 0;
    bool marker = false;
    // RFC 4588 §4: set for a retransmission; ssrc, sequence and payload_type above are then those of the RTX stream.
    std::optional<std::uint16_t> original_sequence{};
};

struct ForwardExtensions {
    ExtensionSet accepted{};                            // of the receiver, for this kind of media
    std::optional<std::uint16_t> transport_sequence{};  // the receiver's own counter; none for audio
    std::optional<std::uint32_t> abs_send_time{};       // 24 bits; only for receivers without transport-cc
    std::string_view mid{};                             // of the slot, empty: none
    ByteView dependency_descriptor{};                   // rewritten, empty: none
};

struct Written {
    std::size_t size = 0;            // 0: does not fit
    std::size_t payload_offset = 0;  // where the codec's payload begins, behind RTX's two octets
    explicit operator bool() const { return size != 0; }
};

// Keeps the audio level octet for octet; drops CSRCs (clients never send them through us), padding and all else.
Written write_forwarded(const Packet& packet,
                        const ForwardHeader& header,
                        const ForwardExtensions& extensions,
                        MutableBytes slot);

// RFC 3550 §5.1: a packet of nothing but `padding_size` (1 to 255) octets of padding, for probing.
Written write_padding(const ForwardHeader& header,
                      const ForwardExtensions& extensions,
                      std::uint8_t padding_size,
                      MutableBytes slot);

// 6.18 fixed-point seconds, wrapping every 64 s. Only differences count, so any clock will do.
std::uint32_t abs_send_time(Instant now);

}  // namespace klassenraum::rtp
