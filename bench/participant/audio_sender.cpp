#include "bench/participant/audio_sender.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/participant/frame_note.hpp"
#include "protocol/rtp/header_extension.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace {

constexpr Duration kFrame = std::chrono::milliseconds(20);
constexpr std::uint32_t kFrameTicks = 960;
constexpr std::size_t kSpeechPayload = 92;  // 32 kbit/s and a little
constexpr std::size_t kSilencePayload = 48;

}  // namespace

AudioSender::AudioSender(
    const Options& options, std::uint32_t ssrc, std::uint32_t source, Entropy& entropy, Instant now)
    : entropy_(entropy),
      spurt_(options.spurt),
      pause_(options.pause),
      voice_(options.voice),
      ssrc_(ssrc),
      source_(source),
      sequence_(static_cast<std::uint16_t>(entropy.u32())),
      timestamp_(entropy.u32()),
      next_(now + Duration(entropy.below(20'000))) {
    // Not everybody begins by speaking: as many as speak at any moment.
    speaking_ = entropy.below(1000) * (spurt_ + pause_).count() > 1000 * spurt_.count();
    take_turn(now);
}

// Lengths are distributed exponentially, as those of real speech nearly are, and cut at five times the mean.
void AudioSender::take_turn(Instant now) {
    speaking_ = voice_ == Voice::Always || (voice_ == Voice::Spurts && !speaking_);
    const double mean = static_cast<double>((speaking_ ? spurt_ : pause_).count());
    const double uniform = (static_cast<double>(entropy_.below(1'000'000)) + 1) / 1'000'001.0;
    turn_ends_ = now + Duration(static_cast<std::int64_t>(std::min(-std::log(uniform), 5.0) * mean));
}

void AudioSender::set_voice(Voice voice, Instant now) {
    const bool was_sending = deadline().has_value();
    voice_ = voice;
    speaking_ = false;
    take_turn(now);
    if (was_sending || !deadline()) return;
    // An RTP clock that stood still goes on with the time that has passed.
    const auto missed = static_cast<std::uint32_t>((now - next_) / kFrame);
    if (now > next_) timestamp_ += missed * kFrameTicks;
    next_ = now;
    resumes_ = true;
}

std::optional<Instant> AudioSender::deadline() const {
    if (voice_ == Voice::None || voice_ == Voice::Muted) return std::nullopt;
    return next_;
}

std::uint32_t AudioSender::timestamp_at(Instant now) const {
    return timestamp_ + static_cast<std::uint32_t>((now - next_).count() * 48 / 1000);
}

std::size_t AudioSender::expire(Instant now, MutableBytes out) {
    if (!deadline() || now < next_) return 0;
    if (now >= turn_ends_) take_turn(now);
    const std::uint8_t level = static_cast<std::uint8_t>(speaking_ ? 15 + entropy_.below(25) : 85 + entropy_.below(20));
    const std::array<std::uint8_t, 1> extension{static_cast<std::uint8_t>(level | (speaking_ ? 0x80 : 0))};
    rtp::HeaderExtensionWriter extensions;
    extensions.add(rtp::kAudioLevelId, extension);
    ByteWriter writer(out);
    writer.u8(0x90);
    writer.u8(static_cast<std::uint8_t>(111 | (resumes_ ? 0x80 : 0)));
    writer.u16(sequence_);
    writer.u32(timestamp_);
    writer.u32(ssrc_);
    extensions.write(writer);
    write_note(writer, {.source = source_, .frame = packets_, .captured = next_});
    const std::size_t payload = speaking_ ? kSpeechPayload : kSilencePayload;
    writer.zeros(payload - FrameNote::kSize);
    ++sequence_;
    timestamp_ += kFrameTicks;
    next_ += kFrame;
    resumes_ = false;
    ++packets_;
    octets_ += static_cast<std::uint32_t>(payload);
    return writer.position();
}

}  // namespace klassenraum::bench
