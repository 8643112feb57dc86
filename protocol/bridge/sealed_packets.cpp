#include "protocol/bridge/sealed_packets.hpp"

#include <algorithm>

namespace klassenraum::bridge {

bool LatestPacket::shares_frame_with(const rtp::Packet& packet) const {
    const std::int32_t ahead = rtp::distance(sequence, packet.sequence());
    if (ahead < 1 || ahead > kMostSealedInARow) return false;
    if (packet.timestamp() != timestamp || packet.payload_type() != payload_type) return false;
    if (packet.octets().size() > octets + kSealedUnevenness) return false;
    const std::optional<std::uint16_t> transport = rtp::transport_sequence(packet);
    if (transport.has_value() != transport_sequence.has_value()) return false;
    if (!transport) return true;
    const std::int32_t sent_since = rtp::distance(*transport_sequence, *transport);
    return sent_since >= ahead && sent_since <= kSealedTransportSpan;
}

bool SealedPackets::hold(const Packet& packet) {
    if (packets_.capacity() == 0) packets_.reserve(kMaxSealedPackets);
    const bool there = std::any_of(packets_.begin(), packets_.end(), [&](const Packet& other) {
        return other.ssrc == packet.ssrc && other.sequence == packet.sequence;
    });
    if (there) return false;
    if (packets_.size() == kMaxSealedPackets) {
        // Of SSRCs that are not sent any more.
        std::erase_if(packets_, [&](const Packet& other) { return packet.arrived - other.arrived > kSealedPatience; });
    }
    if (packets_.size() == kMaxSealedPackets) return false;
    packets_.push_back(packet);
    return true;
}

void SealedPackets::vouch_for_arrivals(std::uint16_t transport_sequence, rtcp::TransportCcRecorder& arrivals) {
    for (Packet& packet : packets_) {
        if (!packet.transport_sequence || !rtp::newer(transport_sequence, *packet.transport_sequence)) continue;
        arrivals.record(*packet.transport_sequence, packet.ssrc, packet.marker, packet.arrived);
        packet.transport_sequence.reset();
    }
}

}  // namespace klassenraum::bridge
