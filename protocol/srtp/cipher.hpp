// What SRTP's two profiles do to the octets of one packet, for one direction and its keys: encrypt and authenticate
// under a given packet index, in place, without state of their own. Owned by srtp::Direction, which knows indices and
// replays; implemented on OpenSSL and, where the CPU has what it takes, on Intel's multi-buffer library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "protocol/core/bytes.hpp"
#include "protocol/srtp/profile.hpp"

namespace klassenraum::srtp {

// Which packet: for RTP the 48-bit index (roll-over counter and sequence number), for RTCP the 31-bit SRTCP index.
struct PacketIndex {
    std::uint32_t ssrc = 0;
    std::uint64_t index = 0;
};

class Cipher {
public:
    virtual ~Cipher() = default;

    // `packet` ends with room for the tag; everything behind `header` is encrypted. False: the library refused.
    virtual bool seal_rtp(MutableBytes packet, std::size_t header, PacketIndex index) = 0;
    // `packet` ends with its tag. False: not authentic; what is behind the header is then of no use.
    virtual bool open_rtp(MutableBytes packet, std::size_t header, PacketIndex index) = 0;
    // `packet` ends with room for the trailer: E flag, index and tag in the order of the profile.
    virtual bool seal_rtcp(MutableBytes packet, PacketIndex index) = 0;
    virtual bool open_rtcp(MutableBytes packet, PacketIndex index) = 0;
    // RTP will be sealed soon: brings the keys nearer to the core.
    virtual void prefetch() const {}
};

// Which way a cipher's packets go. Many participants send no RTP: what that takes inbound comes with the first packet.
enum class Way : std::uint8_t { Outbound, Inbound };

// Null when the library refuses or the machine lacks what the implementation needs. Master key and salt as RFC 5764
// §4.2 exports them.
std::unique_ptr<Cipher> create_gcm(ByteView master_key, ByteView master_salt, Way way, Implementation implementation);
std::unique_ptr<Cipher> create_counter_mode(ByteView master_key, ByteView master_salt);

}  // namespace klassenraum::srtp
