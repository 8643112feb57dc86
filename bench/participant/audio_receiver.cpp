#include "bench/participant/audio_receiver.hpp"

#include <algorithm>

#include "bench/participant/frame_note.hpp"

namespace klassenraum::bench {

namespace {

constexpr Duration kShrinkEach = 1s;  // by 2 %
constexpr int kLateInARow = 5;

}  // namespace

void AudioReceiver::expect(std::uint32_t source, AudioQuality* quality) {
    source_ = source;
    quality_ = quality;
}

bool AudioReceiver::in_time(std::int64_t timestamp, Instant now) {
    const Duration media(timestamp * 1000 / 48);
    const Duration offset = now.time_since_epoch() - media;
    if (!base_ || offset < *base_) base_ = offset;
    const Duration late = offset - *base_;
    if (now - shrunk_at_ >= kShrinkEach) {
        shrunk_at_ = now;
        buffer_ = std::max<Duration>(kSmallestBuffer, buffer_ * 98 / 100);
    }
    if (late <= buffer_) {
        late_in_a_row_ = 0;
        return true;
    }
    if (late + 10ms <= kLargestBuffer) buffer_ = late + 10ms;
    if (++late_in_a_row_ >= kLateInARow) base_ = offset;
    return false;
}

void AudioReceiver::receive(const rtp::Packet& packet, Instant now) {
    const std::int64_t sequence = sequences_.unwrap(packet.sequence());
    const auto place = [](std::int64_t number) { return static_cast<std::size_t>(number) % kPacketWindow; };
    const bool newest = sequence > highest_;
    if (!newest && (sequence <= highest_ - static_cast<std::int64_t>(kPacketWindow) || seen_.test(place(sequence)))) {
        ++duplicates;
        return;
    }
    const std::int64_t skipped = newest && highest_ >= 0 ? sequence - highest_ - 1 : 0;
    if (newest) {
        if (skipped >= static_cast<std::int64_t>(kPacketWindow)) seen_.reset();
        for (std::int64_t at = std::max(highest_ + 1, sequence - static_cast<std::int64_t>(kPacketWindow) + 1);
             at <= sequence; ++at) {
            seen_.reset(place(at));
        }
        highest_ = sequence;
    }
    seen_.set(place(sequence));
    nacks.received(sequence, now);
    const std::int64_t timestamp = timestamps_.unwrap(packet.timestamp());
    reception.record(sequence, packet.timestamp(), now);
    const bool played = in_time(timestamp, now);
    if (quality_ == nullptr) return;
    if (!quality_->first_packet) quality_->first_packet = now;
    quality_->last_packet = now;
    const auto note = read_note(packet.payload());
    if (note && note->source != source_) ++quality_->misattributed;
    // What was skipped counts as missed until it comes in time.
    quality_->missed += static_cast<std::uint64_t>(skipped);
    if (newest) {
        ++(played ? quality_->played : quality_->missed);
    } else if (played) {
        ++quality_->played;
        ++quality_->repaired;
        if (quality_->missed > 0) --quality_->missed;
    }
}

}  // namespace klassenraum::bench
