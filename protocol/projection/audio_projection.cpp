#include "protocol/projection/audio_projection.hpp"

#include "protocol/rtp/sequence.hpp"

namespace klassenraum::projection {

namespace {

constexpr std::int64_t kTicksPerMillisecond = 48;
constexpr std::int64_t kLongestLeap = 48000 * 10;

}  // namespace

void AudioProjection::start(const AudioPacket& packet, Instant now) {
    // The pause is as long on the outgoing timeline as it was on the clock, in whole frames, and at least one: a jitter
    // buffer would take a pause without time for a delay of the network.
    std::uint32_t pause = kOpusFrame;
    if (sent_anything_) {
        constexpr std::int64_t kLongestPauseMs = 3'600'000;
        const std::int64_t ms = std::min(milliseconds_of(now - last_sent_), kLongestPauseMs);
        const std::int64_t frames = std::max<std::int64_t>(ms * kTicksPerMillisecond / kOpusFrame, 1);
        pause = static_cast<std::uint32_t>(frames) * kOpusFrame;
    }
    timestamp_delta_ = last_timestamp_ + pause - packet.timestamp;
    sequences_.start(packet.sequence, static_cast<std::uint16_t>(last_sequence_ + 1));
    silent_ = 0;
    skipping_ = false;
    marker_next_ = true;
}

void AudioProjection::leave_out(const AudioPacket& packet) {
    const bool ahead = packet.sequence > sequences_.highest();
    // Between two packets that were left out nothing was wanted either.
    if (ahead && skipping_) sequences_.drop_gap(packet.sequence);
    sequences_.drop(packet.sequence);
    if (ahead) skipping_ = marker_next_ = true;
}

void AudioProjection::skip(const AudioPacket& packet) {
    if (!sequences_.started()) return;
    const Place place = sequences_.place(packet.sequence);
    if (place == Place::Ahead && !sequences_.reaches(packet.sequence)) return remap();
    if (place == Place::Ahead || place == Place::Missing) leave_out(packet);
}

Result<AudioOutput, DropReason> AudioProjection::project(const AudioPacket& packet, Instant now) {
    if (!sequences_.started()) start(packet, now);
    const Place place = sequences_.place(packet.sequence);
    if (place == Place::TooOld) return failure(DropReason::TooOld);
    if (place == Place::Sent || place == Place::Dropped) return failure(DropReason::Duplicate);
    const bool ahead = place == Place::Ahead;
    if (ahead && !sequences_.reaches(packet.sequence)) start(packet, now);
    if (ahead) silent_ = packet.silent ? silent_ + 1 : 0;
    if (packet.silent && silent_ > kSilentPacketsSent) {
        leave_out(packet);
        return failure(DropReason::Silence);
    }
    if (!ahead) {
        return AudioOutput{sequences_.send(packet.sequence), packet.timestamp + timestamp_delta_, packet.marker};
    }
    // A sender that begins a new timeline under the same numbering must not move ours backwards or far ahead.
    const std::int64_t leap = rtp::distance(last_timestamp_, packet.timestamp + timestamp_delta_);
    const std::int64_t elapsed = milliseconds_of(now - last_sent_) * kTicksPerMillisecond;
    if (sent_anything_ && (leap <= 0 || leap > elapsed + kLongestLeap)) {
        timestamp_delta_ = last_timestamp_ + kOpusFrame - packet.timestamp;
    }
    const AudioOutput output{sequences_.send(packet.sequence), packet.timestamp + timestamp_delta_,
                             packet.marker || marker_next_};
    skipping_ = marker_next_ = false;
    sent_anything_ = true;
    last_sequence_ = output.sequence;
    last_timestamp_ = output.timestamp;
    last_sent_ = now;
    return output;
}

std::optional<std::uint16_t> AudioProjection::locate(std::uint16_t output_sequence) const {
    const auto input = sequences_.input(output_sequence);
    if (!input) return std::nullopt;
    return static_cast<std::uint16_t>(*input);
}

Result<AudioOutput, DropReason> AudioProjection::project_again(const AudioPacket& packet) const {
    if (!sequences_.started() || sequences_.place(packet.sequence) != Place::Sent) return failure(DropReason::TooOld);
    return AudioOutput{sequences_.output(packet.sequence), packet.timestamp + timestamp_delta_, packet.marker};
}

std::optional<std::uint32_t> AudioProjection::translate_timestamp(std::uint32_t timestamp) const {
    if (!sent_anything_ || !sequences_.started()) return std::nullopt;
    return timestamp + timestamp_delta_;
}

}  // namespace klassenraum::projection
