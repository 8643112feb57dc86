// Retransmission payload format (RFC 4588): the original packet behind its own sequence number. To send one, see
// forward.hpp (ForwardHeader::original_sequence).
#pragma once

#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::rtp {

// Turns the retransmission into the packet it repeats, in place: the header moves two octets towards the payload and
// the result begins two octets later. None when it carries nothing (probing with padding).
std::optional<MutableBytes> decapsulate_rtx(MutableBytes datagram,
                                            const Packet& parsed,
                                            std::uint32_t media_ssrc,
                                            std::uint8_t media_payload_type);

}  // namespace klassenraum::rtp
