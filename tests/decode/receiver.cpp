#include "tests/decode/receiver.hpp"

#include <utility>

namespace klassenraum::decode {

namespace {

std::uint32_t get32(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
           static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}
bool marker(const Arrived& packet) {
    return (packet.bytes[1] & 0x80) != 0;
}
std::uint32_t timestamp(const Arrived& packet) {
    return get32(packet.bytes, 4);
}

// RFC 3550 §5.1, RFC 8285: the payload, and the dependency descriptor if there is one.
ByteView payload_of(const Bytes& bytes, ByteView& descriptor) {
    std::size_t at = 12;
    if ((bytes[0] & 0x10) != 0) {
        const bool two_octets = bytes[at] == 0x10;
        const std::size_t size = std::size_t{4} * (std::size_t{bytes[at + 2]} << 8 | bytes[at + 3]);
        const ByteView block = ByteView(bytes).subspan(at + 4, size);
        at += 4 + size;
        for (std::size_t i = 0; i + 1 < block.size();) {
            if (block[i] == 0) {
                ++i;
                continue;
            }
            const unsigned id = two_octets ? block[i] : block[i] >> 4;
            const std::size_t length = two_octets ? block[i + 1] : (block[i] & 0x0fU) + 1U;
            i += two_octets ? 2 : 1;
            if (id == rtp::kDependencyDescriptorId) descriptor = block.subspan(i, length);
            i += length;
        }
    }
    return ByteView(bytes).subspan(at);
}

void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

void Receiver::fault(const Arrived& at, const std::string& what) {
    if (faults.size() > 20) return;
    faults.push_back(what + " (picture " + std::to_string(at.sent.picture) + ", encoding " +
                     std::to_string(at.sent.encoding) + ", layers " + std::to_string(at.sent.frame->spatial) + "." +
                     std::to_string(at.sent.frame->temporal) + (at.sent.frame->key ? ", key)" : ")"));
}

void Receiver::play(const std::map<std::int64_t, Arrived>& packets) {
    auto begin = packets.begin();
    std::size_t waiting = 0;  // pictures since the one that was given up
    while (begin != packets.end()) {
        auto end = begin;
        auto last = begin;
        bool gap = false;
        for (; end != packets.end() && timestamp(end->second) == timestamp(begin->second); ++end) {
            gap = gap || (end != begin && end->first != last->first + 1);
            last = end;
        }
        const bool key = begin->second.sent.frame->key;
        const bool contiguous = begin == packets.begin() || std::prev(begin)->first + 1 == begin->first;
        // What a picture lacked when its encoding was left never comes. Then the few pictures that overtook it are of
        // no use either, until the key picture with which the next encoding begins. Between whole pictures a number may
        // be empty, of a packet that came late and then was not wanted.
        constexpr std::size_t kOvertaking = 4;
        if (key) waiting = 0;
        const bool first_packet = begin->second.sent.first;
        if (!contiguous && first_packet && waiting == 0) {
            empty += static_cast<std::size_t>(begin->first - std::prev(begin)->first - 1);
        }
        const bool whole = (contiguous || first_packet) && marker(last->second) && !gap;
        if (!whole) ++given_up;
        if (whole && waiting == 0) {
            picture(begin, end);
        } else if (++waiting > kOvertaking + 1) {
            fault(begin->second, "pictures before it never became whole");
        } else {
            picture_id_.reset();
            tl0_.reset();
            unfinished_.clear();
            unfinished_open_ = false;
        }
        begin = end;
    }
    structures = descriptors_.structures;
}

void Receiver::picture(Packets::const_iterator begin, Packets::const_iterator end) {
    const Arrived& first = begin->second;
    if (codec_ != first.codec) {
        codec_ = first.codec;
        decoder_ = make_decoder(*codec_);
        if (!first.sent.frame->key) fault(first, "another codec begins without a key picture");
    }
    Bytes data;
    Seen now{.picture = first.sent.picture,
             .encoding = first.sent.encoding,
             .temporal = first.sent.frame->temporal,
             .timestamp = timestamp(first),
             .key = first.sent.frame->key,
             .size = {},
             .codec = first.codec};
    if (!seen.empty() && static_cast<std::int32_t>(now.timestamp - seen.back().timestamp) <= 0) {
        fault(first, "time goes backwards");
    }
    for (auto at = begin; at != end; ++at) {
        const Arrived& packet = at->second;
        ByteView descriptor;
        const ByteView payload = payload_of(packet.bytes, descriptor);
        now.spatial = std::max(now.spatial, packet.sent.frame->spatial);
        if (marker(packet) != (std::next(at) == end)) fault(packet, "marker inside a picture");
        if (packet.sent.picture != first.sent.picture || packet.sent.encoding != first.sent.encoding) {
            fault(packet, "two pictures have one time");
        }
        std::string wrong;
        switch (packet.codec) {
            case rtp::Codec::Vp8:
                wrong = check_vp8(payload, at == begin, data);
                break;
            case rtp::Codec::Vp9:
                wrong = check_vp9(payload, at == begin, data);
                break;
            case rtp::Codec::Av1:
                wrong = take_av1(payload, data);
                if (wrong.empty() && !descriptor.empty()) {
                    DescriptorReader::Read read;
                    wrong = descriptors_.read(descriptor, read);
                }
                break;
            default:
                wrong = take_h264(payload, data);
        }
        if (!wrong.empty()) fault(packet, wrong);
    }
    if (unfinished_open_) fault(first, "an element without end");
    unfinished_open_ = false;
    const auto shown = decoder_->decode(data, now.picture);
    if (!shown) return fault(first, "does not decode");
    if (shown->wrong > 0) fault(first, "shows something else: " + std::to_string(shown->wrong) + " squares");
    now.size = shown->size;
    seen.push_back(now);
}

// Browsers follow VP8's references by PictureID, TL0PICIDX and TID (RFC 7741 §4.2).
std::string Receiver::check_vp8(ByteView payload, bool first, Bytes& data) {
    const bool start = (payload[0] & 0x10) != 0 && (payload[0] & 0x07) == 0;
    const auto picture = static_cast<std::uint16_t>((payload[2] << 8 | payload[3]) & 0x7fff);
    const std::uint8_t tl0 = payload[4];
    const unsigned temporal = payload[5] >> 6;
    const bool base_only = (payload[5] & 0x20) != 0;
    append(data, payload.subspan(6));
    if (start != first) return "begins where it should not";
    if (!first) return picture_id_ == picture ? "" : "another PictureID within";
    const bool key = (payload[6] & 0x01) == 0;
    const auto before = std::exchange(picture_id_, picture);
    const auto tl0_before = std::exchange(tl0_, tl0);
    if (!before && !key) return "begins without a key picture";
    if (before && ((picture - *before) & 0x7fff) != 1) return "PictureID is not the next";
    if (!before) return {};
    if (temporal == 0) return static_cast<std::uint8_t>(tl0 - *tl0_before) == 1 ? "" : "TL0PICIDX is not the next";
    if (tl0 != *tl0_before) return "TL0PICIDX is of another base picture";
    // Layer 2 may come back with any picture of which it is said that it needs the base alone.
    if (seen.empty()) return "begins above the base";
    const unsigned last = seen.back().temporal;
    const bool followed = last == 0 || last >= temporal || base_only || temporal == last + 1;
    return followed ? "" : "a temporal layer begins without its base";
}

// RFC 9628 §4.2.
std::string Receiver::check_vp9(ByteView payload, bool first, Bytes& data) {
    const std::uint8_t flags = payload[0];
    const bool predicted = (flags & 0x40) != 0;
    const bool flexible = (flags & 0x10) != 0;
    const bool start = (flags & 0x08) != 0;
    const auto picture = static_cast<std::uint16_t>((payload[1] << 8 | payload[2]) & 0x7fff);
    const unsigned spatial = payload[3] >> 1 & 0x07;
    const unsigned temporal = payload[3] >> 5;
    const bool below = (payload[3] & 0x01) != 0;
    std::size_t at = 4;
    std::optional<std::uint8_t> tl0;
    if (!flexible) tl0 = payload[at++];
    unsigned back = 0;
    if (flexible && predicted) back = payload[at++] >> 1;
    if ((flags & 0x02) != 0) {
        const std::uint8_t structure = payload[at++];
        if ((structure & 0x10) != 0) at += std::size_t{4} * ((structure >> 5) + 1U);
        if ((structure & 0x08) != 0) {
            const unsigned group = payload[at++];
            for (unsigned i = 0; i < group; ++i) at += 1U + (payload[at] >> 2 & 3U);
        }
    }
    append(data, payload.subspan(at));
    if (!start) return picture_id_ == picture ? "" : "another PictureID within";
    const auto before = picture_id_;
    if (first) {
        picture_id_ = picture;
        if (before && static_cast<std::int16_t>((picture - *before) << 1) <= 0) return "PictureID goes backwards";
        const auto tl0_before = std::exchange(tl0_, tl0);
        if (tl0 && tl0_before) {
            const auto step = static_cast<std::uint8_t>(*tl0 - *tl0_before);
            if (step != (temporal == 0 ? 1 : 0)) return "TL0PICIDX is wrong";
        }
    } else if (picture_id_ != picture) {
        return "another PictureID within";
    }
    pictures_.insert({picture, spatial});
    pictures_.erase({static_cast<std::uint16_t>((picture - 1000) & 0x7fff), spatial});
    if (below && !pictures_.contains({picture, spatial - 1})) return "the layer below was not sent";
    const auto reference = static_cast<std::uint16_t>((picture - back) & 0x7fff);
    if (back > 0 && !pictures_.contains({reference, spatial})) return "a reference was not sent";
    return {};
}

// AV1 RTP §4.4 and §5: elements with their lengths; the decoder wants OBUs with theirs.
std::string Receiver::take_av1(ByteView payload, Bytes& data) {
    const bool continues = (payload[0] & 0x80) != 0;
    const bool goes_on = (payload[0] & 0x40) != 0;
    if ((payload[0] & 0x30) != 0) return "elements without length";
    if (continues != unfinished_open_) return "an element without its other half";
    if (data.empty()) append(data, Bytes{0x12, 0x00});  // temporal delimiter
    for (std::size_t at = 1; at < payload.size();) {
        std::size_t size = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t octet = payload[at++];
            size |= std::size_t{octet & 0x7fU} << shift;
            if ((octet & 0x80) == 0) break;
        }
        append(unfinished_, payload.subspan(at, size));
        at += size;
        unfinished_open_ = at >= payload.size() && goes_on;
        if (!unfinished_open_) finish_av1(data);
    }
    return {};
}

void Receiver::finish_av1(Bytes& data) {
    const Bytes obu = std::exchange(unfinished_, {});
    const std::size_t header = (obu[0] & 0x04) != 0 ? 2 : 1;
    data.push_back(static_cast<std::uint8_t>(obu[0] | 0x02));
    if (header == 2) data.push_back(obu[1]);
    for (std::size_t size = obu.size() - header;;) {
        const auto low = static_cast<std::uint8_t>(size & 0x7f);
        size >>= 7;
        data.push_back(static_cast<std::uint8_t>(low | (size > 0 ? 0x80 : 0)));
        if (size == 0) break;
    }
    append(data, ByteView(obu).subspan(header));
}

std::string Receiver::take_h264(ByteView payload, Bytes& data) {
    const Bytes start{0, 0, 0, 1};
    const unsigned type = payload[0] & 0x1f;
    if (type == 24) {
        for (std::size_t at = 1; at + 2 <= payload.size();) {
            const std::size_t size = std::size_t{payload[at]} << 8 | payload[at + 1];
            append(data, start);
            append(data, payload.subspan(at + 2, size));
            at += 2 + size;
        }
        return {};
    }
    if (type != 28) {
        append(data, start);
        append(data, payload);
        return {};
    }
    const bool begins = (payload[1] & 0x80) != 0;
    if (begins == unfinished_open_) return "a fragment without its other half";
    unfinished_open_ = (payload[1] & 0x40) == 0;
    if (begins) {
        append(data, start);
        data.push_back(static_cast<std::uint8_t>((payload[0] & 0xe0) | (payload[1] & 0x1f)));
    }
    append(data, payload.subspan(2));
    return {};
}

}  // namespace klassenraum::decode
