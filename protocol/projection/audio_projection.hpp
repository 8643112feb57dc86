// One outgoing audio stream per receiver and slot or source: no key frames, no layers. A new talker on the slot goes on
// with the next sequence number, later by the pause (at least 960 ticks), with the marker set; silence is left out
// without a gap (jitsi-media.md §6.2, §6.6). Owned by the bridge's subscription.
#pragma once

#include <optional>

#include "protocol/core/drop_reason.hpp"
#include "protocol/core/result.hpp"
#include "protocol/core/time.hpp"
#include "protocol/projection/limits.hpp"
#include "protocol/projection/sequence_map.hpp"

namespace klassenraum::projection {

struct AudioPacket {
    std::int64_t sequence = 0;  // extended, of the source
    std::uint32_t timestamp = 0;
    bool marker = false;
    bool silent = false;  // level 127: may be left out
};

struct AudioOutput {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    bool marker = false;
    bool operator==(const AudioOutput&) const = default;
};

class AudioProjection {
public:
    static constexpr std::uint32_t kOpusFrame = 960;   // 20 ms at 48 kHz
    static constexpr unsigned kSilentPacketsSent = 3;  // before silence is left out

    AudioProjection(std::uint16_t first_sequence, std::uint32_t first_timestamp)
        : last_sequence_(static_cast<std::uint16_t>(first_sequence - 1)),
          last_timestamp_(first_timestamp - kOpusFrame) {}

    // The next packet comes from another source, or from the same one after a time of not being wanted.
    void remap() { sequences_.stop(); }

    Result<AudioOutput, DropReason> project(const AudioPacket& packet, Instant now);
    // Left out on purpose (force mute, not among the loudest): no gap, and the talker's numbering goes on.
    void skip(const AudioPacket& packet);

    // Retransmission, as for video: the source's sequence number (low 16 bits) …
    std::optional<std::uint16_t> locate(std::uint16_t output_sequence) const;
    // … and how it went out.
    Result<AudioOutput, DropReason> project_again(const AudioPacket& packet) const;

    std::optional<std::uint32_t> translate_timestamp(std::uint32_t timestamp) const;

private:
    void start(const AudioPacket& packet, Instant now);
    void leave_out(const AudioPacket& packet);

    SequenceMap<kAudioWindow> sequences_;
    std::uint32_t timestamp_delta_ = 0;
    unsigned silent_ = 0;
    bool skipping_ = false;  // the packet with the highest sequence number was left out
    bool marker_next_ = false;
    bool sent_anything_ = false;
    std::uint16_t last_sequence_;
    std::uint32_t last_timestamp_;
    Instant last_sent_{};
};

}  // namespace klassenraum::projection
