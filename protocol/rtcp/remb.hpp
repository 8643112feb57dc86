// Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03), for clients without transport-cc.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/limits.hpp"

namespace klassenraum::rtcp {

struct Remb {
    std::uint32_t sender_ssrc = 0;
    std::uint64_t bitrate_bps = 0;
    std::array<std::uint32_t, kMaxRembSsrcs> ssrcs{};
    std::size_t count = 0;
};
// None also for other application layer feedback.
std::optional<Remb> parse_remb(const Member& member);
void write_remb(ByteWriter& out,
                std::uint32_t sender_ssrc,
                std::uint64_t bitrate_bps,
                std::span<const std::uint32_t> ssrcs);

}  // namespace klassenraum::rtcp
