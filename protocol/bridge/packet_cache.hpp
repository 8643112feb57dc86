// The last seconds of one source's packets as they came out of SRTP, kept once and shared by all receivers that may ask
// for one again (RFC 4585 §6.2.1). Pieces of memory, each with the packets of some time: the oldest is used anew when
// all in it is too old to be asked for, so that the source holds as much as it sends in kMaxCacheAge, up to a bound.
// An index per encoding finds them. Owned by a Source.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class PacketCache {
public:
    // `packets` per encoding, a power of two; `bytes` of all encodings.
    PacketCache(std::size_t encodings, std::size_t packets, std::size_t bytes);

    void insert(std::size_t encoding, std::uint16_t sequence, ByteView packet, Instant now);
    // Empty when it was never here, is overwritten or too old. Valid until the next insert() or give_back().
    ByteView find(std::size_t encoding, std::uint16_t sequence, Instant now) const;
    // Memory of what is too old, but for what the next packets will want. Now and then.
    void give_back(Instant now);

private:
    struct Piece {
        std::unique_ptr<std::uint8_t[]> octets;  // not cleared: pages are touched on first use
        std::size_t used = 0;
        Instant last{};  // when the newest packet in it came
    };
    struct Entry {
        Instant at{};
        std::uint32_t piece = 0;  // its number since the start
        std::uint32_t offset = 0;
        std::uint16_t sequence = 0;
        std::uint16_t length = 0;  // 0: never used
    };
    using Index = std::vector<Entry>;  // by sequence number; a power of two, none before the first packet
    static std::size_t place(const Index& index, std::uint16_t sequence) { return sequence & (index.size() - 1); }

    Entry& entry_for(Index& index, std::uint16_t sequence, Instant now);
    Piece& piece_for(std::size_t octets, Instant now);

    std::size_t packets_;
    std::size_t capacity_;
    std::size_t piece_size_;
    std::vector<Index> indices_;  // by encoding
    std::vector<Piece> pieces_;   // the oldest first
    std::uint32_t first_ = 0;     // number of the oldest piece
};

}  // namespace klassenraum::bridge
