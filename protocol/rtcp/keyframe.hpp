// Asking for a key frame: picture loss indication (RFC 4585 §6.3.1) and full intra request (RFC 5104 §4.3.1).
#pragma once

#include <array>
#include <optional>

#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/limits.hpp"

namespace klassenraum::rtcp {

struct Pli {
    std::uint32_t sender_ssrc = 0;
    std::uint32_t media_ssrc = 0;
};
std::optional<Pli> parse_pli(const Member& member);
void write_pli(ByteWriter& out, std::uint32_t sender_ssrc, std::uint32_t media_ssrc);

struct FirEntry {
    std::uint32_t media_ssrc = 0;
    std::uint8_t sequence = 0;  // the same number is the same request
};
struct Fir {
    std::uint32_t sender_ssrc = 0;
    std::array<FirEntry, kMaxFirEntries> entries{};
    std::size_t count = 0;
};
std::optional<Fir> parse_fir(const Member& member);
void write_fir(ByteWriter& out, std::uint32_t sender_ssrc, FirEntry entry);

}  // namespace klassenraum::rtcp
