#include "protocol/bridge/packet_cache.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "protocol/bridge/limits.hpp"
#include "protocol/core/assert.hpp"

namespace klassenraum::bridge {

namespace {

constexpr std::size_t kLargestPiece = 32 * std::size_t{1024} - 64;  // with what the allocator adds, eight pages
constexpr std::size_t kFirstPackets = 64;

bool too_old(Instant at, Instant now) {
    return now - at > kMaxCacheAge;
}

}  // namespace

PacketCache::PacketCache(std::size_t encodings, std::size_t packets, std::size_t bytes)
    : packets_(packets), capacity_(bytes), piece_size_(std::min(bytes / 4, kLargestPiece)), indices_(encodings) {
    ASSERT(packets != 0 && (packets & (packets - 1)) == 0);
}

void PacketCache::insert(std::size_t encoding, std::uint16_t sequence, ByteView packet, Instant now) {
    if (packet.empty() || packet.size() > piece_size_ || packet.size() > std::numeric_limits<std::uint16_t>::max())
        return;
    Piece& piece = piece_for(packet.size(), now);
    entry_for(indices_[encoding], sequence, now) = {.at = now,
                                                    .piece = static_cast<std::uint32_t>(first_ + pieces_.size() - 1),
                                                    .offset = static_cast<std::uint32_t>(piece.used),
                                                    .sequence = sequence,
                                                    .length = static_cast<std::uint16_t>(packet.size())};
    std::memcpy(piece.octets.get() + piece.used, packet.data(), packet.size());
    piece.used += packet.size();
    piece.last = now;
}

// The newest piece, with room for so much.
PacketCache::Piece& PacketCache::piece_for(std::size_t octets, Instant now) {
    if (!pieces_.empty() && piece_size_ - pieces_.back().used >= octets) return pieces_.back();
    std::size_t held = 0;
    for (const Piece& piece : pieces_) held += piece.used;
    if (pieces_.empty() || (!too_old(pieces_.front().last, now) && held + octets <= capacity_)) {
        pieces_.push_back({.octets = std::make_unique_for_overwrite<std::uint8_t[]>(piece_size_)});
    } else {
        std::rotate(pieces_.begin(), pieces_.begin() + 1, pieces_.end());
        pieces_.back().used = 0;
        ++first_;
    }
    return pieces_.back();
}

// Where the packet belongs. There are more places when somebody may still ask for what is there.
PacketCache::Entry& PacketCache::entry_for(Index& index, std::uint16_t sequence, Instant now) {
    if (index.empty()) index.resize(std::min(packets_, kFirstPackets));
    for (;;) {
        Entry& entry = index[place(index, sequence)];
        const bool free = entry.length == 0 || entry.sequence == sequence || too_old(entry.at, now);
        if (free || index.size() == packets_) return entry;
        Index grown(index.size() * 2);
        for (const Entry& kept : index) {
            if (kept.length != 0) grown[place(grown, kept.sequence)] = kept;
        }
        index = std::move(grown);
    }
}

ByteView PacketCache::find(std::size_t encoding, std::uint16_t sequence, Instant now) const {
    const Index& index = indices_[encoding];
    if (index.empty()) return {};
    const Entry& entry = index[place(index, sequence)];
    if (entry.length == 0 || entry.sequence != sequence || too_old(entry.at, now)) return {};
    const std::uint32_t age = entry.piece - first_;
    if (age >= pieces_.size()) return {};
    return {pieces_[age].octets.get() + entry.offset, entry.length};
}

void PacketCache::give_back(Instant now) {
    const auto young = std::ranges::find_if(pieces_, [&](const Piece& piece) { return !too_old(piece.last, now); });
    if (young == pieces_.end()) {
        first_ += static_cast<std::uint32_t>(pieces_.size());
        pieces_ = std::vector<Piece>();
        for (Index& index : indices_) index = Index();
        return;
    }
    // One of them is the next to be used.
    const auto spare = young == pieces_.begin() ? young : young - 1;
    first_ += static_cast<std::uint32_t>(spare - pieces_.begin());
    pieces_.erase(pieces_.begin(), spare);
}

}  // namespace klassenraum::bridge
