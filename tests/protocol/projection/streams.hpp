// A simulcast sender of VP8, one encoding after another as browsers send them, and a receiver that checks what reaches
// it through a projection: the invariants of jitsi-media.md §3.6, whatever is switched, lost, late or doubled.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/projection/projection.hpp"

namespace klassenraum::projection::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes rtp_packet(std::uint8_t payload_type,
                        std::uint16_t sequence,
                        std::uint32_t timestamp,
                        std::uint32_t ssrc,
                        bool marker,
                        const Bytes& payload,
                        const Bytes& dependency = {}) {
    Bytes out(1500);
    ByteWriter to(out);
    rtp::HeaderExtensionWriter extensions;
    if (!dependency.empty()) extensions.add(rtp::kDependencyDescriptorId, dependency);
    to.u8(dependency.empty() ? 0x80 : 0x90);
    to.u8(static_cast<std::uint8_t>((marker ? 0x80 : 0) | payload_type));
    to.u16(sequence);
    to.u32(timestamp);
    to.u32(ssrc);
    extensions.write(to);
    to.bytes(payload);
    out.resize(to.position());
    return out;
}

struct SentPacket {
    std::uint8_t encoding = 0;
    bool key = false;
    std::uint64_t frame = 0;  // unique over all encodings
    Bytes bytes;
};

struct EncodingState {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp_offset = 0;
    std::uint16_t picture_id = 0;
    std::uint8_t tl0 = 0;
    unsigned position = 0;  // in the pattern of temporal layers
    bool key_wanted = true;
};

class Vp8Sender {
public:
    explicit Vp8Sender(Entropy& entropy) : entropy_(entropy) {
        for (EncodingState& state : encodings) {
            state.sequence = static_cast<std::uint16_t>(entropy.u32());
            state.timestamp_offset = entropy.u32();
            state.picture_id = static_cast<std::uint16_t>(entropy.u32() & 0x7fff);
            state.tl0 = static_cast<std::uint8_t>(entropy.u32());
        }
    }

    // One picture in all encodings, `ticks` on the sender's clock.
    std::vector<SentPacket> picture(std::uint32_t ticks) {
        std::vector<SentPacket> out;
        for (std::uint8_t encoding = 0; encoding < kMaxEncodings; ++encoding) frame(encoding, ticks, out);
        return out;
    }

    std::array<EncodingState, kMaxEncodings> encodings;
    bool padding = false;  // probes between frames

private:
    void frame(std::uint8_t encoding, std::uint32_t ticks, std::vector<SentPacket>& out) {
        // 0-2-1-2, and every layer 1 and the first layer 2 behind a layer 0 depend on layer 0 only.
        constexpr std::array<std::uint8_t, 4> kLayers{0, 2, 1, 2};
        EncodingState& state = encodings[encoding];
        const bool key = state.key_wanted;
        if (key) state.position = 0;
        state.key_wanted = false;
        const std::uint8_t temporal = kLayers[state.position];
        const bool sync = state.position == 1 || state.position == 2;
        state.position = (state.position + 1) % kLayers.size();
        if (temporal == 0) ++state.tl0;
        ++frame_;
        const std::uint32_t packets = 1 + entropy_.below(key ? 8 : 4);
        for (std::uint32_t i = 0; i < packets; ++i) {
            Bytes payload(20 + entropy_.below(20), 0x55);
            ByteWriter to(payload);
            to.u8(static_cast<std::uint8_t>(0x80 | (i == 0 ? 0x10 : 0)));
            to.u8(0xe0);
            to.u16(static_cast<std::uint16_t>(0x8000 | state.picture_id));
            to.u8(state.tl0);
            to.u8(static_cast<std::uint8_t>(temporal << 6 | (sync ? 0x20 : 0)));
            to.u8(key ? 0 : 1);
            out.push_back({encoding, key, frame_,
                           rtp_packet(100, state.sequence++, state.timestamp_offset + ticks, encoding + 1U,
                                      i + 1 == packets, payload)});
        }
        state.picture_id = static_cast<std::uint16_t>((state.picture_id + 1) & 0x7fff);
        if (padding && entropy_.below(4) == 0) {
            Bytes probe =
                rtp_packet(100, state.sequence++, state.timestamp_offset + ticks, encoding + 1U, false, Bytes{0, 0, 3});
            probe[0] |= 0x20;
            out.push_back({encoding, false, 0, probe});
        }
    }

    Entropy& entropy_;
    std::uint64_t frame_ = 0;
};

// What came out, in the order of the outgoing numbers.
struct Received {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    bool marker = false;
    std::uint8_t encoding = 0;
    bool key = false;
    std::uint64_t frame = 0;
    rtp::Vp8Descriptor vp8;
};

class Receiver {
public:
    explicit Receiver(std::uint16_t first_sequence) : projection(first_sequence, 1000), next_(first_sequence) {}

    Result<Projection, DropReason> offer(const SentPacket& sent, Instant now) {
        const auto packet = rtp::Packet::parse(sent.bytes);
        const auto video = parser.parse(*packet, sent.encoding);
        delivered_.insert({sent.encoding, packet->sequence()});
        const auto before = projection.encoding();
        if (video->key_frame) {
            for (std::int64_t i = video->sequence + 1; i <= video->highest; ++i) {
                overtaken_.insert({sent.encoding, static_cast<std::uint16_t>(i)});
            }
        }
        const auto projected = projection.project(*video, now);
        if (projected) accept(sent, *packet, *video, *projected, before);
        return projected;
    }

    // Holds for everything received, in the order of its numbers.
    void check() const {
        const Received* last = nullptr;
        std::int64_t last_number = 0;
        for (const auto& [number, now] : received) {
            if (last == nullptr) {
                EXPECT_TRUE(now.key) << "begins with a key frame";
            } else {
                check_pair(*last, now, number == last_number + 1);
            }
            last = &now;
            last_number = number;
        }
    }

    VideoParser parser;
    VideoProjection projection;
    std::map<std::int64_t, Received> received;
    std::set<std::int64_t> holes;       // at present
    std::size_t unexplained_holes = 0;  // none of a packet that had not come, nor behind a picture cut off

private:
    void accept(const SentPacket& sent,
                const rtp::Packet& packet,
                const VideoPacket& video,
                const Projection& projected,
                std::optional<std::uint8_t> before) {
        std::array<std::uint8_t, kDatagramCapacityForTests> slot{};
        const rtp::Written written = write_projected(
            packet, video, projected, {.ssrc = 9, .payload_type = 100, .original_sequence = {}}, {}, slot);
        ASSERT_TRUE(written);
        const auto out = rtp::Packet::parse(ByteView(slot).first(written.size));
        ASSERT_TRUE(out);
        const std::int64_t number = next_ + rtp::distance(static_cast<std::uint16_t>(next_), out->sequence());
        const bool opened = before != sent.encoding || video.key_frame;
        for (; next_ < number; ++next_) {
            holes.insert(next_);
            const auto input = projection.locate(static_cast<std::uint16_t>(next_));
            const bool missing = input && !delivered_.contains({input->encoding, input->sequence});
            const bool cut_off =
                opened && next_ + 1 == number && !received.empty() && !received.rbegin()->second.marker;
            // A key frame may be overtaken by its own tail, which project_again() then fits in.
            const bool overtook = input && overtaken_.contains({input->encoding, input->sequence});
            if (!missing && !cut_off && !overtook) ++unexplained_holes;
        }
        if (number == next_) ++next_;
        holes.erase(number);
        const auto vp8 = rtp::parse_vp8(out->payload());
        ASSERT_TRUE(vp8);
        const bool fresh =
            received
                .insert({number,
                         {out->sequence(), out->timestamp(), out->marker(), sent.encoding, sent.key, sent.frame, *vp8}})
                .second;
        EXPECT_TRUE(fresh) << "a sequence number was used twice";
    }

    static void check_pair(const Received& last, const Received& now, bool adjacent) {
        const std::int32_t later = rtp::distance(last.timestamp, now.timestamp);
        const int pictures = (*now.vp8.picture_id - *last.vp8.picture_id) & 0x7fff;
        const int tl0 = (*now.vp8.tl0_picture_index - *last.vp8.tl0_picture_index) & 0xff;
        EXPECT_GE(later, 0);
        EXPECT_EQ(later == 0, last.frame == now.frame);
        EXPECT_EQ(pictures == 0, last.frame == now.frame);
        EXPECT_LT(pictures, 0x4000) << "PictureIDs go forwards";
        if (last.frame != now.frame) {
            EXPECT_TRUE(last.encoding == now.encoding || now.key) << "an encoding begins with a key frame";
        }
        if (adjacent && last.frame != now.frame) {
            EXPECT_EQ(pictures, 1);
            EXPECT_EQ(tl0, now.vp8.temporal == 0 ? 1 : 0);
            EXPECT_TRUE(last.marker);
            EXPECT_TRUE(now.vp8.frame_start);
        }
    }

    static constexpr std::size_t kDatagramCapacityForTests = 1536;
    std::set<std::pair<std::uint8_t, std::uint16_t>> delivered_;
    std::set<std::pair<std::uint8_t, std::uint16_t>> overtaken_;
    std::int64_t next_;
};

}  // namespace klassenraum::projection::test
