// Packets of encodings that nobody takes, which were left encrypted: what their headers say, until decrypted packets of
// the same sender vouch for it. A later transport-wide number vouches for the arrival, a later sequence number of the
// SSRC for the rest; what claims to lie ahead of the next frame was made up and is forgotten. Owned by an Endpoint; its
// memory comes with the first packet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/bridge/limits.hpp"
#include "protocol/core/time.hpp"
#include "protocol/rtcp/transport_cc.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::bridge {

// The newest decrypted packet of an SSRC: what comes after it may be left encrypted when it looks like the rest of the
// same frame, and is decrypted when not.
struct LatestPacket {
    explicit LatestPacket(const rtp::Packet& packet)
        : timestamp(packet.timestamp()),
          sequence(packet.sequence()),
          octets(static_cast<std::uint16_t>(packet.octets().size())),
          transport_sequence(rtp::transport_sequence(packet)),
          payload_type(packet.payload_type()) {}

    bool shares_frame_with(const rtp::Packet& packet) const;

    std::uint32_t timestamp;
    std::uint16_t sequence;
    std::uint16_t octets;
    std::optional<std::uint16_t> transport_sequence;
    std::uint8_t payload_type;
};

class SealedPackets {
public:
    struct Packet {
        Instant arrived{};
        std::uint32_t ssrc = 0;
        std::uint32_t timestamp = 0;
        std::uint16_t sequence = 0;
        std::uint16_t octets = 0;
        std::optional<std::uint16_t> transport_sequence;  // until its arrival was recorded
        bool marker = false;
    };

    // False: there is no room, or its number is taken.
    bool hold(const Packet& packet);
    // A decrypted packet had this transport-wide number: those with lower ones have come too.
    void vouch_for_arrivals(std::uint16_t transport_sequence, rtcp::TransportCcRecorder& arrivals);
    // This packet was decrypted: take(Packet) is called for those of its SSRC before it. Of those ahead only its own
    // frame's stay.
    template <typename Take>
    void vouch(const rtp::Packet& decrypted, Take&& take) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < packets_.size(); ++i) {
            const Packet& packet = packets_[i];
            const std::int32_t ahead = rtp::distance(decrypted.sequence(), packet.sequence);
            if (packet.ssrc != decrypted.ssrc()) {
                packets_[kept++] = packet;
            } else if (ahead < 0) {
                take(packet);
            } else if (ahead > 0 && !rtp::newer(decrypted.timestamp(), packet.timestamp)) {
                packets_[kept++] = packet;
            }
        }
        packets_.resize(kept);
    }
    std::size_t size() const { return packets_.size(); }

private:
    std::vector<Packet> packets_;  // as they came
};

}  // namespace klassenraum::bridge
