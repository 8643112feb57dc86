#include "bench/participant/video_receiver.hpp"

#include <algorithm>

namespace klassenraum::bench {

namespace {

constexpr Duration kKeyFrameWait = 200ms;  // libwebrtc's max_wait_for_keyframe
constexpr Duration kStall = 1s;

}  // namespace

void VideoReceiver::expect(std::uint32_t source, VideoQuality* quality, Instant now) {
    if (quality_ != nullptr && quality_ != quality) quality_->playing.pause(now);
    source_ = source;
    quality_ = quality;
}

void VideoReceiver::receive(const rtp::Packet& packet, Instant now) {
    const std::int64_t sequence = sequences_.unwrap(packet.sequence());
    if (sequence <= sequences_.highest() - static_cast<std::int64_t>(kPacketWindow)) return;
    if (holds(sequence)) {
        ++duplicates;
        return;
    }
    Part fresh{.sequence = sequence};
    if (!read(packet, fresh)) return;
    nacks.received(sequence, now);
    reception.record(sequence, packet.timestamp(), now);
    if (quality_ != nullptr) quality_->octets += packet.payload().size();
    if (!first_packet_) first_packet_ = now;
    last_packet_ = now;
    if (fresh.key) key_frame_timestamp_ = fresh.timestamp;
    if (fresh.timestamp == key_frame_timestamp_) last_key_frame_packet_ = now;
    part(sequence) = fresh;
    if (sequence <= last_sequence_) return;
    if (!fresh.padding) assemble(sequence, now);
    // A picture that begins with a higher layer shows only by the packet before it that it is one.
    if (holds(sequence + 1) && part(sequence + 1).spatial > 0 && part(sequence + 1).timestamp != fresh.timestamp) {
        assemble(sequence + 1, now);
    }
    decode_ready(now);
}

// The frame to which this packet belongs, if it is now complete.
void VideoReceiver::assemble(std::int64_t sequence, Instant now) {
    const std::uint32_t timestamp = part(sequence).timestamp;
    const auto belongs = [&](std::int64_t at) {
        return holds(at) && !part(at).padding && part(at).timestamp == timestamp;
    };
    std::int64_t first = sequence;
    while (!begins_picture(first)) {
        if (!belongs(first - 1)) return;
        --first;
    }
    std::int64_t last = sequence;
    while (!part(last).marker) {
        if (!belongs(last + 1)) return;
        ++last;
    }
    const auto place = std::ranges::lower_bound(waiting_, first, {}, &Frame::first);
    waiting_.insert(place, {.first = first, .last = last, .complete_at = now, .head = part(first)});
    if (waiting_.size() > kMaxWaitingFrames) waiting_.erase(waiting_.begin());
}

// Time for a retransmission, as a jitter buffer in NACK mode grants it.
Duration VideoReceiver::patience() const {
    return std::clamp<Duration>(nacks.round_trip() * 3 / 2 + 20ms, 60ms, 300ms);
}

bool VideoReceiver::follows_at_once(const Frame& frame) {
    for (std::int64_t at = last_sequence_ + 1; at < frame.first; ++at) {
        if (!holds(at) || !part(at).padding) return false;
    }
    return true;
}

void VideoReceiver::decode_ready(Instant now) {
    // Too old: its packets' places were taken by others.
    while (!waiting_.empty() && !holds(waiting_.front().first)) waiting_.erase(waiting_.begin());
    for (bool progress = true; progress;) {
        progress = false;
        for (std::size_t i = 0; i < waiting_.size(); ++i) {
            const Frame frame = waiting_[i];
            if (frame.first > last_sequence_) {
                if (!decodable(frame)) continue;
                // libwebrtc keeps a key frame waiting for nothing, as it depends on nothing.
                const bool key = frame.head.key && frame.head.spatial == 0;
                const bool at_once = !started_ || key || follows_at_once(frame);
                if (!at_once && now < frame.complete_at + patience()) return;
                decode(frame, now);
            }
            waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            progress = true;
            break;
        }
    }
}

void VideoReceiver::decode(const Frame& frame, Instant now) {
    const Part& head = frame.head;
    check_truth(frame);
    started_ = true;
    last_sequence_ = frame.last;
    last_picture_ = head.picture_id;
    for (std::int64_t at = frame.first; at <= frame.last; ++at) {
        if (part(at).start) remember(part(at));
    }
    last_decoded_ = now;
    nacks.forget_before(frame.first);
    if (nacks.empty()) nacks.start_again();
    if (head.key) asked_.reset();
    if (quality_ == nullptr) return;
    quality_->playing.frame(now);
    if (!quality_->first_frame) quality_->first_frame = now;
    quality_->last_frame = now;
    ++quality_->frames;
    if (head.key) ++quality_->key_frames;
    const Duration delay = now - head.note.captured;
    quality_->delay_sum += delay;
    quality_->longest_delay = std::max(quality_->longest_delay, delay);
}

void VideoReceiver::expire(Instant now) {
    decode_ready(now);
}

bool VideoReceiver::busy(Instant now) const {
    if (!waiting_.empty() || !nacks.empty()) return true;
    return first_packet_ && now - last_packet_ < kKeyFrameWait && (!started_ || now - last_decoded_ > kKeyFrameWait);
}

// Before the first picture, after a loss that could not be repaired, and when nothing could be decoded for long
// although packets come; never while a key frame is coming (libwebrtc's IsReceivingKeyFrame).
bool VideoReceiver::take_key_frame_request(Instant now) {
    if (!first_packet_ || now - last_packet_ > 2 * kKeyFrameWait) return false;
    if (last_key_frame_packet_ && now - *last_key_frame_packet_ < kKeyFrameWait) return false;
    const Instant since = std::max(started_ ? last_decoded_ : *first_packet_, asked_.value_or(Instant{}));
    const bool broken = !started_ || nacks.gave_up() || now - last_decoded_ >= kStall;
    if (!broken || now - since < kKeyFrameWait) return false;
    asked_ = now;
    ++key_frame_requests;
    return true;
}

}  // namespace klassenraum::bench
