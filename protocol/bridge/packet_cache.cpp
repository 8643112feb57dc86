#include "protocol/bridge/packet_cache.hpp"

#include <cstring>
#include <limits>

#include "protocol/bridge/limits.hpp"
#include "protocol/core/assert.hpp"

namespace klassenraum::bridge {

PacketCache::PacketCache(std::size_t encodings, std::size_t packets, std::size_t bytes)
    : encodings_(encodings), packets_(packets), capacity_(bytes) {
    ASSERT(packets != 0 && (packets & (packets - 1)) == 0);
}

void PacketCache::insert(std::size_t encoding, std::uint16_t sequence, ByteView packet, Instant now) {
    if (packet.empty() || packet.size() > capacity_ || packet.size() > std::numeric_limits<std::uint16_t>::max())
        return;
    if (index_.empty()) {
        index_.resize(encodings_ * packets_);
        octets_ = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);
    }
    // A packet lies in one piece: what does not fit before the end starts at the beginning.
    const std::size_t tail = capacity_ - static_cast<std::size_t>(written_ % capacity_);
    if (tail < packet.size()) written_ += tail;
    std::memcpy(octets_.get() + written_ % capacity_, packet.data(), packet.size());
    index_[place(encoding, sequence)] = {
        .position = written_, .at = now, .sequence = sequence, .length = static_cast<std::uint16_t>(packet.size())};
    written_ += packet.size();
}

ByteView PacketCache::find(std::size_t encoding, std::uint16_t sequence, Instant now) const {
    if (index_.empty()) return {};
    const Entry& entry = index_[place(encoding, sequence)];
    if (entry.length == 0 || entry.sequence != sequence || now - entry.at > kMaxCacheAge) return {};
    if (written_ - entry.position > capacity_) return {};
    return {octets_.get() + entry.position % capacity_, entry.length};
}

}  // namespace klassenraum::bridge
