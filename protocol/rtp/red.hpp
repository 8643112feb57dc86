// Redundant audio (RFC 2198): the block headers only. Blocks may be encrypted end to end and are never looked into.
#pragma once

#include <array>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::rtp {

struct RedBlock {
    std::uint8_t payload_type = 0;
    std::uint16_t timestamp_offset = 0;  // 14 bits, how much earlier than the packet; 0 for the primary
    ByteView data;
};

struct RedPayload {
    std::array<RedBlock, kMaxRedBlocks> blocks{};  // oldest first, as on the wire; the last is the primary
    std::size_t count = 0;
    const RedBlock& primary() const { return blocks[count - 1]; }
};

std::optional<RedPayload> parse_red(ByteView payload);

}  // namespace klassenraum::rtp
