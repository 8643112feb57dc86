// The frames of the encoding that is being forwarded: what was decided about each, and the numbers it got.
#include "protocol/projection/projection.hpp"

namespace klassenraum::projection {

namespace {

constexpr std::int64_t kTicksPerMillisecond = 90;
constexpr std::int64_t kFrameTicks = 3000;  // 30 frames per second
constexpr std::int64_t kSmallestStep = 90;  // two encodings of one picture follow each other
constexpr std::int64_t kTolerance = 2 * 90'000;
constexpr std::int64_t kLongestLeap = 10 * 90'000;
constexpr std::uint8_t kNone = 255;  // only the sender's own marker counts

std::int64_t ticks_between(Instant earlier, Instant later) {
    constexpr std::int64_t kLongestMs = 3'600'000;
    return std::clamp<std::int64_t>(milliseconds_of(later - earlier), 0, kLongestMs) * kTicksPerMillisecond;
}

std::uint32_t key_of(const VideoPacket& packet) {
    return packet.descriptor == Descriptor::Dependency ? packet.number : packet.timestamp;
}

}  // namespace

bool VideoProjection::same_frame(const Frame& frame, const VideoPacket& packet) {
    return frame.used && frame.key == key_of(packet) && frame.spatial == packet.spatial;
}

// No other frame lies between.
bool VideoProjection::follows(const Frame& frame, const VideoPacket& packet) const {
    const bool next = packet.number == ((frame.incoming_number + 1) & packet.number_mask());
    switch (descriptor_) {
        case Descriptor::Vp8:
        case Descriptor::Dependency:
            return next;
        case Descriptor::Vp9:
            if (packet.number == frame.incoming_number) return packet.spatial == frame.spatial + 1;
            return next && packet.spatial == 0 && picture_ended_;
        case Descriptor::Generic:
        case Descriptor::Unreadable:
            break;
    }
    return false;
}

// Some milliseconds; wraps after weeks.
std::uint32_t VideoProjection::coarse(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count() >> 10);
}

// The oldest frame's place is used anew, or there are more when it may still be asked for.
void VideoProjection::make_room_for_frame(Instant now) {
    const Frame& oldest = frames_[next_frame_];
    const std::uint32_t age = coarse(now) - oldest.at;
    if (!oldest.used || age > coarse(Instant(kRepeatable)) || frames_.size() == kFrameWindow) return;
    const std::size_t before = frames_.size();
    std::rotate(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(next_frame_), frames_.end());
    newest_ = (newest_ + before - next_frame_) % before;
    next_frame_ = before;
    frames_.resize(2 * before);
}

VideoProjection::Frame& VideoProjection::begin_frame(
    const VideoPacket& packet, bool accepted, std::uint16_t number_delta, Turn turn, Instant now) {
    make_room_for_frame(now);
    Frame& frame = frames_[next_frame_];
    // The newest frame is what the next packet is compared with, so a late one must not take its place.
    if (turn == Turn::Late && next_frame_ == newest_) next_frame_ = (next_frame_ + 1) % frames_.size();
    Frame& chosen = turn == Turn::Late ? frames_[next_frame_] : frame;
    chosen = Frame{.key = key_of(packet),
                   .timestamp = accepted ? outgoing_timestamp(packet, turn, now) : 0,
                   .at = coarse(now),
                   .incoming_number = packet.number,
                   .number = static_cast<std::uint16_t>((packet.number + number_delta) & packet.number_mask()),
                   .number_delta = number_delta,
                   .tl0_picture_index = static_cast<std::uint8_t>(packet.tl0_picture_index().value_or(0) + tl0_delta_),
                   .top = top_layer(packet),
                   .decode_target = decode_target_,
                   .spatial = static_cast<std::uint8_t>(packet.spatial & 7),
                   .used = true,
                   .accepted = accepted,
                   .announces_targets = target_changed_ && turn == Turn::InTurn};
    if (turn == Turn::InTurn) newest_ = next_frame_;
    next_frame_ = (next_frame_ + 1) % frames_.size();
    return chosen;
}

VideoProjection::Frame* VideoProjection::find_frame(const VideoPacket& packet) {
    // From the newest backwards: that is where a late packet's frame most often is.
    for (std::size_t i = 0; i < frames_.size(); ++i) {
        Frame& frame = frames_[(newest_ + frames_.size() - i) % frames_.size()];
        if (same_frame(frame, packet)) return &frame;
    }
    return nullptr;
}

// The latest frame before this packet's, in the sender's order.
const VideoProjection::Frame* VideoProjection::frame_before(const VideoPacket& packet) const {
    const auto behind = [&](const Frame& frame) -> std::int64_t {
        if (packet.descriptor == Descriptor::Dependency) {
            return rtp::distance(static_cast<std::uint16_t>(frame.key), packet.number);
        }
        // Layers of one picture have one timestamp.
        return std::int64_t{rtp::distance(frame.key, packet.timestamp)} * 8 + packet.spatial - frame.spatial;
    };
    const Frame* best = nullptr;
    for (const Frame& frame : frames_) {
        if (!frame.used || behind(frame) <= 0) continue;
        if (best == nullptr || behind(frame) < behind(*best)) best = &frame;
    }
    return best;
}

// A frame that came late is left out. If all frames behind it are left out too, the next one sent can still take its
// number.
bool VideoProjection::take_number_back(const VideoPacket& packet) {
    const auto behind = [&](const Frame& frame) { return frame.used && rtp::newer(frame.key, packet.timestamp); };
    if (std::any_of(frames_.begin(), frames_.end(), [&](const Frame& f) { return behind(f) && f.accepted; }))
        return false;
    for (Frame& frame : frames_) {
        if (behind(frame)) --frame.number_delta;
    }
    --number_delta_;
    return true;
}

std::uint32_t VideoProjection::outgoing_timestamp(const VideoPacket& packet, Turn turn, Instant now) {
    const std::uint32_t mapped = packet.timestamp + timestamp_delta_;
    if (turn == Turn::Late || !sent_anything_) return mapped;
    const std::int64_t leap = rtp::distance(last_timestamp_, mapped);
    if (leap >= 0 && leap <= ticks_between(last_sent_, now) + kLongestLeap) return mapped;
    // The sender began a new timeline under the same numbering.
    const std::int64_t step = std::max<std::int64_t>(ticks_between(last_sent_, now), kFrameTicks);
    const std::uint32_t estimate = last_timestamp_ + static_cast<std::uint32_t>(step);
    timestamp_delta_ = estimate - packet.timestamp;
    return estimate;
}

// Where a new encoding begins on the outgoing timeline: where the sender's clock says, if it is believable, else as
// much later as our clock says.
std::uint32_t VideoProjection::switched_timestamp(const VideoPacket& packet, Instant now) const {
    if (!sent_anything_) return last_timestamp_;
    // Encodings of one source may follow each other within one picture, sources do not.
    const std::int64_t shortest = same_source_ ? kSmallestStep : kFrameTicks;
    const std::int64_t elapsed = std::max<std::int64_t>(ticks_between(last_sent_, now), shortest);
    const std::uint32_t estimate = last_timestamp_ + static_cast<std::uint32_t>(elapsed);
    if (!same_source_) return estimate;
    std::optional<std::uint32_t> aligned = packet.timestamp;
    if (packet.encoding != encoding_) {
        aligned = packet.clock == nullptr ? std::nullopt
                                          : packet.clock->translate(packet.encoding, packet.timestamp, encoding_);
    }
    if (!aligned) return estimate;
    const std::uint32_t mapped = *aligned + timestamp_delta_;
    const std::int64_t error = rtp::distance(estimate, mapped);
    if (error > kTolerance || error < -kTolerance) return estimate;
    const std::int64_t step = rtp::distance(last_timestamp_, mapped);
    return last_timestamp_ + static_cast<std::uint32_t>(std::max(step, kSmallestStep));
}

// The receiver sees one encoder: PictureID, TL0PICIDX, frame numbers and template ids go on from the last ones.
void VideoProjection::continue_numbers(const VideoPacket& packet) {
    const auto& last = packet.descriptor == Descriptor::Dependency ? last_frame_number_ : last_picture_id_;
    number_delta_ = last ? static_cast<std::uint16_t>(*last + 1 - packet.number) : std::uint16_t{0};
    tl0_delta_ = 0;
    if (const auto tl0 = packet.tl0_picture_index(); tl0 && last_tl0_) {
        tl0_delta_ = static_cast<std::uint8_t>(*last_tl0_ + 1 - *tl0);
    }
    template_delta_ = 0;
    if (packet.structure != nullptr && next_template_) {
        const auto ids = static_cast<int>(rtp::kMaxTemplates);
        template_delta_ = static_cast<std::uint8_t>((*next_template_ + ids - packet.structure->id_offset) % ids);
    }
}

Projection VideoProjection::projection_of(const VideoPacket& packet, const Frame& frame, std::uint16_t sequence) const {
    return {.sequence = sequence,
            .timestamp = frame.timestamp,
            .marker = ends_picture(packet, frame),
            .number = frame.number,
            .tl0_picture_index = frame.tl0_picture_index,
            .template_id_delta = template_delta_,
            .active_decode_targets = written_decode_targets(packet, frame)};
}

// AV1 RTP, appendix A.4: the bitmask holds until another is sent, so it is written with the structure and at each
// change.
std::optional<std::uint32_t> VideoProjection::written_decode_targets(const VideoPacket& packet,
                                                                     const Frame& frame) const {
    if (descriptor_ != Descriptor::Dependency) return std::nullopt;
    const rtp::DependencyDescriptor& parsed = *packet.dependency;
    const rtp::TemplateStructure& structure = *packet.structure;
    if (!frame.announces_targets && !parsed.has_structure && !parsed.has_active_decode_targets) return std::nullopt;
    if (frame.decode_target >= structure.decode_target_count) return std::nullopt;
    const rtp::TemplateStructure::Layer bound = structure.decode_targets[frame.decode_target];
    std::uint32_t mask = 0;
    for (std::size_t target = 0; target < structure.decode_target_count; ++target) {
        const rtp::TemplateStructure::Layer layer = structure.decode_targets[target];
        if (layer.spatial <= bound.spatial && layer.temporal <= bound.temporal) mask |= 1U << target;
    }
    if (parsed.has_active_decode_targets && (mask & parsed.active_decode_targets) != 0) {
        mask &= parsed.active_decode_targets;
    }
    if (!frame.announces_targets && !parsed.has_active_decode_targets && mask == structure.all_decode_targets()) {
        return std::nullopt;
    }
    return mask;
}

// Decoders wait for the marker, so the highest layer that is forwarded carries it: the one that was the highest when
// the frame began, however late its last packet comes or comes again.
bool VideoProjection::ends_picture(const VideoPacket& packet, const Frame& frame) const {
    if (packet.marker) return true;
    if (!packet.frame_end) return false;
    return packet.spatial == frame.top;
}

std::uint8_t VideoProjection::top_layer(const VideoPacket& packet) const {
    if (descriptor_ == Descriptor::Vp9) {
        // A picture that is predicted from no other one may take more layers along than the last.
        const bool may_rise = !packet.vp9->inter_picture_predicted && target_ && target_->encoding == encoding_;
        return may_rise ? std::max(spatial_, target_->spatial) : spatial_;
    }
    if (descriptor_ != Descriptor::Dependency || decode_target_ >= packet.structure->decode_target_count) return kNone;
    return packet.structure->decode_targets[decode_target_].spatial;
}

}  // namespace klassenraum::projection
