// Generic NACK (RFC 4585 §6.2.1): one sequence number and a bitmask of the sixteen behind it, per item.
#pragma once

#include <optional>
#include <span>

#include "protocol/rtcp/compound.hpp"

namespace klassenraum::rtcp {

struct Nack {
    std::uint32_t sender_ssrc = 0;
    std::uint32_t media_ssrc = 0;
    ByteView items;  // at most kMaxNackItems; view into the datagram

    // Calls visit(std::uint16_t) for each sequence number asked for.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        ByteReader in(items);
        while (in.remaining() >= 4) {
            const std::uint16_t first = in.u16();
            const std::uint16_t following = in.u16();
            visit(first);
            for (unsigned bit = 0; bit < 16; ++bit) {
                if ((following >> bit & 1U) != 0) visit(static_cast<std::uint16_t>(first + bit + 1));
            }
        }
    }
};

std::optional<Nack> parse_nack(const Member& member);
// Sequence numbers in ascending (wrapping) order are packed best; any order is correct. Nothing is written for none.
void write_nack(ByteWriter& out,
                std::uint32_t sender_ssrc,
                std::uint32_t media_ssrc,
                std::span<const std::uint16_t> sequences);

}  // namespace klassenraum::rtcp
