// modules: protocol/projection protocol/rtp protocol/core
// Any packets of any encodings, targets and pauses in between: nothing is read beyond a packet, and no outgoing
// sequence number is used twice within a window.
#include "protocol/projection/projection.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array<std::uint8_t, 4> kPayloadTypes{100, 101, 41, 107};
    const auto projection = std::make_unique<projection::VideoProjection>(std::uint16_t{1}, 1U);
    projection::VideoParser parser;
    std::vector<bool> used(0x10000);
    ByteReader in({data, size});
    Instant now{};
    std::uint16_t base = 0;
    std::array<std::uint8_t, 1536> slot{};
    std::array<std::uint8_t, 400> bytes{};
    while (in.remaining() >= 4) {
        const std::uint8_t action = in.u8();
        const std::uint8_t step = in.u8();
        const std::size_t length = in.u8();
        const ByteView rest = in.bytes(std::min(length, in.remaining()));
        now += Duration(step * std::int64_t{500});
        if (action == 0xff) projection->set_target(std::nullopt);
        if (action == 0xfe) projection->remap();
        if (action >= 0xe0 && action < 0xfe) {
            projection->set_target(projection::Target{.encoding = static_cast<std::uint8_t>(step % 3),
                                                      .spatial = static_cast<std::uint8_t>(step / 4 % 4),
                                                      .temporal = static_cast<std::uint8_t>(step / 16 % 4)});
        }
        if (action >= 0xe0) continue;
        base = static_cast<std::uint16_t>(base + (action & 7) - 1);
        // Without a descriptor extension the rest is the payload, with one it is both.
        ByteWriter out(bytes);
        out.u8((action & 0x40) != 0 && !rest.empty() ? 0x90 : 0x80);
        out.u8(static_cast<std::uint8_t>(kPayloadTypes[action >> 3 & 3] | (step & 0x80)));
        out.u16(base);
        out.u32(std::uint32_t{base} / 4 * 3000);
        out.u32(1);
        if ((action & 0x40) != 0 && !rest.empty()) {
            rtp::HeaderExtensionWriter extension;
            extension.add(rtp::kDependencyDescriptorId, rest);
            extension.write(out);
        }
        out.bytes(rest);
        const auto packet = rtp::Packet::parse(out.written());
        if (!packet) std::abort();
        const auto video = parser.parse(*packet, static_cast<std::uint8_t>(step % 3));
        if (!video) continue;
        const auto projected = projection->project(*video, now);
        if (projected) {
            if (used[projected->sequence]) std::abort();
            used[projected->sequence] = true;
            used[static_cast<std::uint16_t>(projected->sequence + 0x8000)] = false;
            (void)projection::write_projected(*packet, *video, *projected, {.original_sequence = {}},
                                              {.accepted = {0xffff}}, slot);
            const auto again = projection->project_again(*video, now);
            if (!again || again->sequence != projected->sequence) std::abort();
        }
    }
    return 0;
}
