// modules: protocol/rtp protocol/core
// Any datagram as RTP: parse, walk its extensions, forward it, take it apart as RTX and RED.
#include <array>
#include <cstdlib>
#include <vector>

#include "protocol/rtp/forward.hpp"
#include "protocol/rtp/red.hpp"
#include "protocol/rtp/rtx.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> datagram(data, data + size);
    const auto packet = rtp::Packet::parse(datagram);
    if (!packet) return 0;
    auto extensions = packet->extensions();
    std::size_t octets = 0;
    while (const auto extension = extensions.next()) octets += extension->data.size();
    if (octets > size) std::abort();
    (void)rtp::audio_level(*packet);
    (void)rtp::parse_red(packet->payload());

    rtp::ForwardExtensions wanted{
        .accepted = {0xffff}, .transport_sequence = 7, .abs_send_time = 9, .mid = "v0", .dependency_descriptor = {}};
    if (const auto descriptor = packet->extension(rtp::kDependencyDescriptorId))
        wanted.dependency_descriptor = *descriptor;
    std::array<std::uint8_t, 1536> slot{};
    const rtp::ForwardHeader header{.ssrc = 1, .payload_type = 100, .original_sequence = packet->sequence()};
    if (const auto written = rtp::write_forwarded(*packet, header, wanted, slot)) {
        const auto again = rtp::Packet::parse(MutableBytes(slot).first(written.size));
        if (!again || again->payload().size() != packet->payload().size() + 2) std::abort();
    }
    if (const auto media = rtp::decapsulate_rtx(datagram, *packet, 2, 100)) {
        if (!rtp::Packet::parse(*media)) std::abort();
    }
    return 0;
}
