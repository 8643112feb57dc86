#include "tests/decode/sender.hpp"

#include <algorithm>
#include <utility>

#include "tests/decode/descriptor.hpp"

namespace klassenraum::decode {

namespace {

void put16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}
void put32(Bytes& out, std::uint32_t value) {
    put16(out, value >> 16);
    put16(out, value & 0xffff);
}
void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}

// Equal parts of at most `most` octets.
std::vector<ByteView> split(ByteView data, std::size_t most) {
    const std::size_t count = (data.size() + most - 1) / most;
    std::vector<ByteView> parts;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t begin = data.size() * i / count;
        parts.push_back(data.subspan(begin, data.size() * (i + 1) / count - begin));
    }
    return parts;
}

// AV1 §5.3: the OBUs of a temporal unit without their size fields; the temporal delimiter is not sent (AV1 RTP §5).
std::vector<Bytes> obus(ByteView data) {
    constexpr unsigned kTemporalDelimiter = 2;
    std::vector<Bytes> out;
    for (std::size_t at = 0; at < data.size();) {
        const std::uint8_t header = data[at];
        const bool extended = (header & 0x04) != 0;
        Bytes obu{static_cast<std::uint8_t>(header & ~0x02)};
        ++at;
        if (extended) obu.push_back(data[at++]);
        std::size_t size = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t octet = data[at++];
            size |= std::size_t{octet & 0x7fU} << shift;
            if ((octet & 0x80) == 0) break;
        }
        append(obu, data.subspan(at, size));
        at += size;
        if ((header >> 3 & 0x0fU) != kTemporalDelimiter) out.push_back(std::move(obu));
    }
    return out;
}

std::vector<ByteView> nal_units(ByteView data) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i + 3 <= data.size(); ++i) {
        if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1) starts.push_back(i + 3);
    }
    std::vector<ByteView> units;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        std::size_t end = i + 1 < starts.size() ? starts[i + 1] - 3 : data.size();
        while (end > starts[i] && data[end - 1] == 0) --end;
        units.push_back(data.subspan(starts[i], end - starts[i]));
    }
    return units;
}

}  // namespace

Sender::Sender(Entropy& entropy) {
    for (Encoding& encoding : encodings_) {
        encoding.sequence = static_cast<std::uint16_t>(entropy.u32());
        encoding.timestamp_offset = entropy.u32();
        encoding.picture_id = static_cast<std::uint16_t>(0x7fff - entropy.below(60));
        encoding.tl0 = static_cast<std::uint8_t>(entropy.u32());
        encoding.frame_number = static_cast<std::uint16_t>(entropy.u32());
        encoding.template_offset = static_cast<std::uint8_t>(entropy.below(64));
    }
}

std::uint8_t Sender::payload_type(rtp::Codec codec) {
    for (const rtp::PayloadType& type : rtp::kPayloadTypes) {
        if (type.codec == codec) return type.number;
    }
    return 0;
}

std::vector<Sent> Sender::send(const Recording& recording, unsigned picture, std::uint32_t ticks, SendOptions options) {
    std::vector<Sent> out;
    for (const Frame& frame : recording.pictures[picture]) {
        Encoding& state = encodings_[frame.encoding];
        if (frame.key && frame.spatial == 0) state.position = 0;
        if (frame.temporal == 0 && frame.spatial == 0) ++state.tl0;
        std::vector<Piece> pieces;
        if (recording.codec == rtp::Codec::Vp8) pieces = vp8(frame, state, options);
        if (recording.codec == rtp::Codec::Vp9) pieces = vp9(recording, frame, state, options);
        if (recording.codec == rtp::Codec::Av1) pieces = av1(recording, frame, state, options);
        if (recording.codec == rtp::Codec::H264) pieces = h264(frame, options);
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const bool marker = frame.top && i + 1 == pieces.size();
            Bytes bytes = packet(pieces[i], payload_type(recording.codec), marker, ticks, frame.encoding);
            const std::size_t clear = bytes.size() - pieces[i].payload.size() + pieces[i].clear;
            out.push_back({.encoding = frame.encoding,
                           .first = i == 0,
                           .picture = picture,
                           .id = next_id_++,
                           .frame = &frame,
                           .clear = clear,
                           .bytes = std::move(bytes)});
        }
        ++state.frame_number;
        if (!frame.top) continue;
        state.picture_id = static_cast<std::uint16_t>((state.picture_id + 1) & 0x7fff);
        ++state.position;
    }
    return out;
}

Bytes Sender::padding(std::uint8_t encoding, std::uint32_t ticks, std::uint8_t type) {
    Bytes out = packet({.payload = {0, 0, 0, 4}, .extension = {}}, type, false, ticks, encoding);
    out[0] |= 0x20;
    return out;
}

Bytes Sender::packet(const Piece& piece, std::uint8_t type, bool marker, std::uint32_t ticks, std::uint8_t encoding) {
    Encoding& state = encodings_[encoding];
    Bytes out{static_cast<std::uint8_t>(piece.extension.empty() ? 0x80 : 0x90),
              static_cast<std::uint8_t>((marker ? 0x80 : 0) | type)};
    put16(out, state.sequence++);
    put32(out, ticks + state.timestamp_offset);
    put32(out, 1000U + encoding);
    if (!piece.extension.empty()) {
        // RFC 8285 §4.2, §4.3
        const bool two_octets = piece.extension.size() > 16;
        Bytes element;
        if (two_octets) {
            element = {rtp::kDependencyDescriptorId, static_cast<std::uint8_t>(piece.extension.size())};
        } else {
            element = {static_cast<std::uint8_t>(rtp::kDependencyDescriptorId << 4 | (piece.extension.size() - 1))};
        }
        append(element, piece.extension);
        element.resize((element.size() + 3) / 4 * 4);
        put16(out, two_octets ? 0x1000 : 0xbede);
        put16(out, element.size() / 4);
        append(out, element);
    }
    append(out, piece.payload);
    return out;
}

// RFC 7741 §4.2: X N S; I L T K; PictureID of 15 bits; TL0PICIDX; TID Y KEYIDX.
std::vector<Sender::Piece> Sender::vp8(const Frame& frame, const Encoding& state, const SendOptions& options) const {
    constexpr std::size_t kClearOfKey = 10;
    constexpr std::size_t kClearOfDelta = 3;
    std::vector<Piece> out;
    for (const ByteView part : split(frame.data, options.most)) {
        const bool start = out.empty();
        Piece piece;
        piece.payload = {static_cast<std::uint8_t>(0x80 | (frame.temporal == 2 ? 0x20 : 0) | (start ? 0x10 : 0)), 0xe0};
        put16(piece.payload, 0x8000U | state.picture_id);
        piece.payload.push_back(state.tl0);
        piece.payload.push_back(static_cast<std::uint8_t>(frame.temporal << 6 | (frame.base_only ? 0x20 : 0)));
        piece.clear = piece.payload.size() + (start ? (frame.key ? kClearOfKey : kClearOfDelta) : 0);
        append(piece.payload, part);
        piece.clear = std::min(piece.clear, piece.payload.size());
        out.push_back(std::move(piece));
    }
    return out;
}

// RFC 9628 §4.2: I P L F B E V Z; PictureID; TID U SID D; TL0PICIDX or P_DIFF; scalability structure.
std::vector<Sender::Piece> Sender::vp9(const Recording& recording,
                                       const Frame& frame,
                                       const Encoding& state,
                                       const SendOptions& options) const {
    constexpr std::array<std::uint8_t, 4> kTemporal{0, 2, 1, 2};
    constexpr std::array<std::uint8_t, 4> kBack{4, 1, 2, 1};
    std::vector<Piece> out;
    const auto parts = split(frame.data, options.most);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool start = i == 0;
        const bool structure = start && frame.key && frame.spatial == 0;
        Piece piece;
        Bytes& payload = piece.payload;
        payload = {static_cast<std::uint8_t>(0x80 | (frame.key ? 0 : 0x40) | 0x20 | (options.flexible ? 0x10 : 0) |
                                             (start ? 0x08 : 0) | (i + 1 == parts.size() ? 0x04 : 0) |
                                             (structure ? 0x02 : 0) | (frame.needed_above ? 0 : 0x01))};
        put16(payload, 0x8000U | state.picture_id);
        payload.push_back(
            static_cast<std::uint8_t>(frame.temporal << 5 | 0x10 | frame.spatial << 1 | (frame.from_below ? 1 : 0)));
        if (!options.flexible) payload.push_back(state.tl0);
        if (options.flexible && !frame.key) {
            payload.push_back(static_cast<std::uint8_t>(kBack[state.position % 4] << 1));
        }
        if (structure) {
            payload.push_back(
                static_cast<std::uint8_t>((recording.spatial_layers - 1) << 5 | 0x10 | (options.flexible ? 0 : 0x08)));
            for (std::uint8_t layer = 0; layer < recording.spatial_layers; ++layer) {
                put16(payload, recording.size(frame.encoding, layer).width);
                put16(payload, recording.size(frame.encoding, layer).height);
            }
            if (!options.flexible) {
                payload.push_back(4);
                for (std::size_t k = 0; k < 4; ++k) {
                    payload.push_back(static_cast<std::uint8_t>(kTemporal[k] << 5 | 0x10 | 1 << 2));
                    payload.push_back(kBack[k]);
                }
            }
        }
        piece.clear = payload.size();
        append(payload, parts[i]);
        out.push_back(std::move(piece));
    }
    return out;
}

// AV1 RTP §4.4: Z Y W N, here with W = 0: each element has its length.
std::vector<Sender::Piece> Sender::av1(const Recording& recording,
                                       const Frame& frame,
                                       const Encoding& state,
                                       const SendOptions& options) const {
    std::vector<Piece> out;
    bool continues = false;
    const auto begin = [&] {
        const bool first = out.empty() && frame.key && frame.spatial == 0;
        Piece piece;
        piece.payload = {static_cast<std::uint8_t>((continues ? 0x80 : 0) | (first ? 0x08 : 0))};
        piece.clear = 1;
        out.push_back(std::move(piece));
    };
    begin();
    for (const Bytes& obu : obus(frame.data)) {
        for (std::size_t at = 0; at < obu.size();) {
            constexpr std::size_t kLeast = 20;  // no shred shorter than this
            if (out.back().payload.size() + kLeast > options.most) begin();
            const std::size_t size = std::min(obu.size() - at, options.most - out.back().payload.size());
            Bytes& payload = out.back().payload;
            if (size >= 0x80) payload.push_back(static_cast<std::uint8_t>((size & 0x7f) | 0x80));
            payload.push_back(static_cast<std::uint8_t>(size >= 0x80 ? size >> 7 : size));
            append(payload, ByteView(obu).subspan(at, size));
            at += size;
            continues = at < obu.size();
            if (continues) {
                payload[0] |= 0x40;
                begin();
            }
        }
    }
    if (!options.descriptors) return out;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const bool structure = i == 0 && frame.key && frame.spatial == 0;
        out[i].extension = write_descriptor(recording, frame,
                                            {.start = i == 0,
                                             .end = i + 1 == out.size(),
                                             .frame_number = state.frame_number,
                                             .template_offset = state.template_offset,
                                             .structure = structure});
    }
    return out;
}

// RFC 6184 §5.6 to §5.8: parameter sets together in a STAP-A, long units as FU-A.
std::vector<Sender::Piece> Sender::h264(const Frame& frame, const SendOptions& options) const {
    constexpr std::uint8_t kStapA = 24;
    constexpr std::uint8_t kFuA = 28;
    std::vector<Piece> out;
    Bytes together;
    for (const ByteView unit : nal_units(frame.data)) {
        const std::uint8_t type = unit[0] & 0x1f;
        if (type == 7 || type == 8) {
            if (together.empty()) together.push_back(static_cast<std::uint8_t>(0x60 | kStapA));
            put16(together, unit.size());
            append(together, unit);
            continue;
        }
        if (!together.empty()) out.push_back({.payload = std::exchange(together, {}), .extension = {}, .clear = 1});
        if (unit.size() <= options.most) {
            out.push_back({.payload = {unit.begin(), unit.end()}, .extension = {}, .clear = 1});
            continue;
        }
        const auto parts = split(unit.subspan(1), options.most);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            Bytes payload{static_cast<std::uint8_t>((unit[0] & 0xe0) | kFuA),
                          static_cast<std::uint8_t>((i == 0 ? 0x80 : 0) | (i + 1 == parts.size() ? 0x40 : 0) | type)};
            append(payload, parts[i]);
            out.push_back({.payload = std::move(payload), .extension = {}, .clear = 2});
        }
    }
    return out;
}

}  // namespace klassenraum::decode
