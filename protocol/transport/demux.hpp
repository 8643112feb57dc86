// RFC 7983 §7 and RFC 5761 §4: what a datagram on the shared port is, by its first two octets. Used by the shard for
// each datagram, before any state is looked up.
#pragma once

#include <cstdint>

#include "protocol/core/bytes.hpp"

namespace klassenraum::transport {

enum class Kind : std::uint8_t { Stun, Dtls, Rtp, Rtcp, Unknown };

inline Kind classify(ByteView datagram) {
    if (datagram.size() < 2) return Kind::Unknown;
    const std::uint8_t first = datagram[0];
    if (first < 4) return Kind::Stun;
    if (first >= 20 && first < 64) return Kind::Dtls;
    if (first < 128 || first >= 192) return Kind::Unknown;
    // RFC 5761 §4: the packet types of RTCP lie where an RTP packet would have the marker and payload types 64 to 95.
    return datagram[1] >= 192 && datagram[1] < 224 ? Kind::Rtcp : Kind::Rtp;
}

}  // namespace klassenraum::transport
