// What a synthetic sender writes into its payloads, so that a receiver knows the truth: whose frame this is, what it
// was really encoded from and when it was captured. A receiver decides by RTP alone, as a browser does; afterwards the
// note tells whether it was right. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

struct FrameNote {
    static constexpr std::size_t kSize = 32;
    static constexpr std::uint32_t kNone = 0xffffffff;

    std::uint32_t source = 0;         // the sender's first SSRC of this source
    std::uint32_t frame = 0;          // counted per encoding
    std::uint32_t reference = kNone;  // the frame it was encoded from; none of a key frame
    Instant captured{};
    std::uint16_t height = 0;
    std::uint16_t part = 0;  // of the frame's packets
    std::uint16_t parts = 1;
    std::uint8_t encoding = 0;
};

inline void write_note(ByteWriter& out, const FrameNote& note) {
    constexpr std::uint8_t kMark = 0xa7;
    out.u8(kMark);
    out.u8(note.encoding);
    out.u16(note.height);
    out.u32(note.source);
    out.u32(note.frame);
    out.u32(note.reference);
    out.u64(static_cast<std::uint64_t>(note.captured.time_since_epoch().count()));
    out.u16(note.part);
    out.u16(note.parts);
    out.u32(0);
}

inline std::optional<FrameNote> read_note(ByteView octets) {
    constexpr std::uint8_t kMark = 0xa7;
    ByteReader in(octets);
    const bool marked = in.u8() == kMark;
    FrameNote note;
    note.encoding = in.u8();
    note.height = in.u16();
    note.source = in.u32();
    note.frame = in.u32();
    note.reference = in.u32();
    note.captured = Instant(Duration(static_cast<std::int64_t>(in.u64())));
    note.part = in.u16();
    note.parts = in.u16();
    if (!marked || !in.ok()) return std::nullopt;
    return note;
}

}  // namespace klassenraum::bench
