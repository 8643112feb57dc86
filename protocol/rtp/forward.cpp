#include "protocol/rtp/forward.hpp"

namespace klassenraum::rtp {

namespace {

// The values that header extensions point to until they are written.
struct ExtensionValues {
    std::array<std::uint8_t, 3> send_time{};
    std::array<std::uint8_t, 2> transport_sequence{};
};

// `source` is null for padding.
HeaderExtensionWriter choose_extensions(const Packet* source,
                                        const ForwardExtensions& wanted,
                                        ExtensionValues& values) {
    HeaderExtensionWriter chosen;
    const auto accepts = [&](std::uint8_t id) { return wanted.accepted.has(id); };
    if (source != nullptr && accepts(kAudioLevelId)) {
        const auto level = source->extension(kAudioLevelId);
        if (level && level->size() == 1) chosen.add(kAudioLevelId, *level);
    }
    if (wanted.abs_send_time && accepts(kAbsSendTimeId)) {
        ByteWriter(values.send_time).u24(*wanted.abs_send_time);
        chosen.add(kAbsSendTimeId, values.send_time);
    }
    if (wanted.transport_sequence && accepts(kTransportCcId)) {
        ByteWriter(values.transport_sequence).u16(*wanted.transport_sequence);
        chosen.add(kTransportCcId, values.transport_sequence);
    }
    if (!wanted.mid.empty() && accepts(kMidId)) chosen.add(kMidId, as_bytes(wanted.mid));
    if (!wanted.dependency_descriptor.empty() && accepts(kDependencyDescriptorId)) {
        chosen.add(kDependencyDescriptorId, wanted.dependency_descriptor);
    }
    return chosen;
}

void write_header(ByteWriter& out, const ForwardHeader& header, const HeaderExtensionWriter& extensions, bool padding) {
    const auto octet = [](std::uint32_t value, unsigned place) { return static_cast<std::uint8_t>(value >> place); };
    const std::array<std::uint8_t, kFixedHeaderSize> fixed{
        static_cast<std::uint8_t>(0x80 | (padding ? 0x20 : 0) | (extensions.empty() ? 0 : 0x10)),
        static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7f)),
        octet(header.sequence, 8),
        octet(header.sequence, 0),
        octet(header.timestamp, 24),
        octet(header.timestamp, 16),
        octet(header.timestamp, 8),
        octet(header.timestamp, 0),
        octet(header.ssrc, 24),
        octet(header.ssrc, 16),
        octet(header.ssrc, 8),
        octet(header.ssrc, 0)};
    out.bytes(fixed);
    extensions.write(out);
    if (header.original_sequence) out.u16(*header.original_sequence);
}

}  // namespace

Written write_forwarded(const Packet& packet,
                        const ForwardHeader& header,
                        const ForwardExtensions& extensions,
                        MutableBytes slot) {
    ExtensionValues values;
    const HeaderExtensionWriter chosen = choose_extensions(&packet, extensions, values);
    ByteWriter out(slot);
    write_header(out, header, chosen, false);
    const std::size_t payload_offset = out.position();
    out.bytes(packet.payload());
    if (!out.ok()) return {};
    return {.size = out.position(), .payload_offset = payload_offset};
}

Written write_padding(const ForwardHeader& header,
                      const ForwardExtensions& extensions,
                      std::uint8_t padding_size,
                      MutableBytes slot) {
    if (padding_size == 0) return {};
    ExtensionValues values;
    const HeaderExtensionWriter chosen = choose_extensions(nullptr, extensions, values);
    ByteWriter out(slot);
    write_header(out, header, chosen, true);
    const std::size_t payload_offset = out.position();
    out.zeros(padding_size - std::size_t{1});
    out.u8(padding_size);
    if (!out.ok()) return {};
    return {.size = out.position(), .payload_offset = payload_offset};
}

std::uint32_t abs_send_time(Instant now) {
    const auto us = static_cast<std::uint64_t>(now.time_since_epoch().count()) % 64'000'000;
    return static_cast<std::uint32_t>((us << 18) / 1'000'000) & 0xffffff;
}

}  // namespace klassenraum::rtp
