// The last seconds of one source's packets as they came out of SRTP, kept once and shared by all receivers that may ask
// for one again (RFC 4585 §6.2.1). A ring of octets with an index per encoding: its memory comes with the
// first packet and is touched on use, since most cameras and microphones of a class never send one; what the ring has
// overwritten is simply not found. Owned by a Source.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class PacketCache {
public:
    // `packets` per encoding, a power of two.
    PacketCache(std::size_t encodings, std::size_t packets, std::size_t bytes);

    void insert(std::size_t encoding, std::uint16_t sequence, ByteView packet, Instant now);
    // Empty when it was never here, is overwritten or too old. Valid until the next insert().
    ByteView find(std::size_t encoding, std::uint16_t sequence, Instant now) const;

private:
    struct Entry {
        std::uint64_t position = 0;  // octets written before this packet since the start
        Instant at{};
        std::uint16_t sequence = 0;
        std::uint16_t length = 0;  // 0: never used
    };
    std::size_t place(std::size_t encoding, std::uint16_t sequence) const {
        return encoding * packets_ + (sequence & (packets_ - 1));
    }

    std::size_t encodings_;
    std::size_t packets_;
    std::size_t capacity_;
    std::uint64_t written_ = 0;
    std::vector<Entry> index_;
    std::unique_ptr<std::uint8_t[]> octets_;  // not cleared: pages are touched on first use
};

}  // namespace klassenraum::bridge
