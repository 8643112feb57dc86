// Dependency descriptors of a small encoder, L2T2 with full inter-layer prediction, written bit by bit as the AV1 RTP
// specification's appendix A.8 prints the syntax.
#pragma once

#include <array>
#include <vector>

#include "protocol/rtp/bits.hpp"

namespace klassenraum::rtp::test {

struct DescriptorOptions {
    std::uint16_t number = 0;
    std::uint8_t id_offset = 0;
    std::uint8_t template_index = 0;
    bool start = true;
    bool end = true;
    std::uint8_t active = 0;  // bitmask of decode targets in the same order, sent with the structure; 0: not sent
    bool key_only = false;    // K-SVC: between key frames no layer needs the one below
};

// Templates: 0 S0T0 key, 1 S0T0, 2 S0T1, 3 S1T0 key, 4 S1T0, 5 S1T1. Decode targets: S0T0, S0T1, S1T0, S1T1.
// Frames per two pictures: S0T0 S1T0 S0T1 S1T1.
inline std::vector<std::uint8_t> descriptor(const DescriptorOptions& options, bool structure) {
    std::array<std::uint8_t, 64> buffer{};
    BitWriter out(buffer);
    out.bits(options.start, 1);
    out.bits(options.end, 1);
    out.bits((options.id_offset + options.template_index) % 64U, 6);
    out.bits(options.number, 16);
    if (structure) {
        out.bits(options.active != 0 ? 0b11000 : 0b10000, 5);
        out.bits(options.id_offset, 6);
        out.bits(4 - 1, 5);
        for (const std::uint32_t next : {0U, 1U, 2U, 0U, 1U, 3U}) out.bits(next, 2);
        // 0 not present, 1 discardable, 2 switch, 3 required
        constexpr std::uint8_t kIndications[6][4] = {{2, 2, 2, 2}, {2, 2, 3, 3}, {0, 1, 0, 3},
                                                     {0, 0, 2, 2}, {0, 0, 2, 2}, {0, 0, 0, 1}};
        for (std::size_t index = 0; index < 6; ++index) {
            for (std::size_t target = 0; target < 4; ++target) {
                const bool left_out = options.key_only && (index == 1 || index == 2) && target >= 2;
                out.bits(left_out ? 0 : kIndications[index][target], 2);
            }
        }
        const std::vector<std::vector<std::uint32_t>> diffs = {{}, {4}, {2}, {1}, {4, 1}, {2, 1}};
        for (const auto& frame : diffs) {
            for (const std::uint32_t diff : frame) {
                out.bits(1, 1);
                out.bits(diff - 1, 4);
            }
            out.bits(0, 1);
        }
        // ns(5): one chain is the value 1 in two bits; every target is protected by chain 0, ns(1), no bits.
        out.bits(1, 2);
        for (int i = 0; i < 6; ++i) out.bits(1, 4);
        out.bits(1, 1);
        for (const std::uint32_t size : {320U, 180U, 640U, 360U}) out.bits(size - 1, 16);
        if (options.active != 0) out.bits(options.active, 4);
    }
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(out.size())};
}

inline std::vector<std::uint8_t> key_descriptor(const DescriptorOptions& options) {
    return descriptor(options, true);
}
inline std::vector<std::uint8_t> frame_descriptor(const DescriptorOptions& options) {
    return descriptor(options, false);
}

}  // namespace klassenraum::rtp::test
