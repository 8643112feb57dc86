#include "protocol/projection/projection.hpp"

namespace klassenraum::projection {

namespace {

// Browsers send the key frames of all encodings at once; what does not come within this was not among them.
constexpr Duration kKeyFrameGroup = std::chrono::milliseconds(300);
constexpr Duration kEncodingAlive = std::chrono::seconds(1);
// A key frame whose first packet was overtaken by more than this is no place to begin. What overtook it was not
// forwarded; the receiver finds it missing, and project_again() fits it in.
constexpr std::int64_t kLatestKeyFrame = 16;

Result<Projection, DropReason> dropped(DropReason reason) {
    return failure(reason);
}

}  // namespace

static_assert(sizeof(VideoProjection) <= 256);

VideoProjection::VideoProjection(std::uint16_t first_sequence, std::uint32_t first_timestamp)
    : last_sequence_(static_cast<std::uint16_t>(first_sequence - 1)), last_timestamp_(first_timestamp) {}

void VideoProjection::set_target(std::optional<Target> target) {
    if (target == target_) return;
    target_ = target;
    layer_wait_ = 0;
    wanted_key_frame_.reset();
    if (!target_) {
        open_ = false;
    } else if (!open_ || target_->encoding != encoding_) {
        wanted_key_frame_ = target_->encoding;
    }
}

void VideoProjection::remap() {
    open_ = false;
    sequences_.stop();
    same_source_ = false;
    for (Frame& frame : frames_) frame.used = false;
    if (target_) wanted_key_frame_ = target_->encoding;
}

// Anything up to the target when nothing is forwarded or too much, else only what lies between.
bool VideoProjection::wants(std::uint8_t encoding) const {
    if (!target_ || encoding > target_->encoding) return false;
    if (!open_ || encoding_ > target_->encoding) return true;
    return encoding > encoding_;
}

std::uint8_t VideoProjection::looked_at() const {
    if (!target_) return 0;
    unsigned bits = open_ ? 1U << encoding_ : 0U;
    for (std::uint8_t encoding = 0; encoding < kMaxEncodings; ++encoding) {
        // Whoever waits may have to take what there is.
        const bool in_question = wanted_key_frame_ ? encoding <= target_->encoding : wants(encoding);
        if (in_question) bits |= 1U << encoding;
    }
    return static_cast<std::uint8_t>(bits);
}

// A packet of a wanted encoding went by that cannot begin it.
void VideoProjection::ask_for_key_frame(const VideoPacket& packet, Instant now) {
    if (open_ && now - last_key_frame_ < kKeyFrameGroup) return;
    const bool target_alive = target_seen_ != Instant{} && now - target_seen_ < kEncodingAlive;
    wanted_key_frame_ = target_alive ? target_->encoding : packet.encoding;
}

Result<Projection, DropReason> VideoProjection::project(const VideoPacket& packet, Instant now) {
    sequences_.set_now(now);
    if (packet.padding_only) {
        drop_padding(packet);
        return dropped(DropReason::PaddingOnly);
    }
    if (!target_) return dropped(DropReason::NotSubscribed);
    if (packet.encoding == target_->encoding) target_seen_ = now;
    if (!open_ || packet.encoding != encoding_) return open(packet, now);
    switch (sequences_.place(packet.sequence)) {
        case Place::TooOld:
            return dropped(DropReason::TooOld);
        case Place::Sent:
            return dropped(DropReason::Duplicate);
        case Place::Dropped:
            return dropped(DropReason::LayerNotSelected);
        case Place::Missing:
            return project_late(packet, now);
        case Place::Ahead:
            break;
    }
    // Too much was lost for anything in between to be of use.
    if (!sequences_.reaches(packet.sequence)) open_ = false;
    return open_ && continues_stream(packet) ? project_next(packet, now) : open(packet, now);
}

void VideoProjection::give_back(Instant now) {
    if (open_ || now - last_sent_ <= kRepeatable) return;
    sequences_.release();
    frames_ = std::vector<Frame>();
}

// The codec of an encoding may change at a key frame, and so may the way it describes its frames.
bool VideoProjection::continues_stream(const VideoPacket& packet) const {
    return packet.codec == codec_ && packet.descriptor == descriptor_;
}

Result<Projection, DropReason> VideoProjection::open(const VideoPacket& packet, Instant now) {
    const bool other_form = open_ && packet.encoding == encoding_;
    if (!other_form && !wants(packet.encoding)) return dropped(DropReason::LayerNotSelected);
    if (!packet.key_frame || packet.highest - packet.sequence > kLatestKeyFrame) {
        ask_for_key_frame(packet, now);
        if (other_form) wanted_key_frame_ = encoding_;
        return dropped(open_ && !other_form ? DropReason::LayerNotSelected : DropReason::AwaitingKeyFrame);
    }
    timestamp_delta_ = switched_timestamp(packet, now) - packet.timestamp;
    // A picture that was cut off must not look whole to the receiver: one number stays empty.
    const unsigned step = sent_anything_ && incomplete_ ? 2 : 1;
    sequences_.start(packet.sequence, static_cast<std::uint16_t>(last_sequence_ + step));
    open_ = true;
    same_source_ = true;
    encoding_ = packet.encoding;
    codec_ = packet.codec;
    descriptor_ = packet.descriptor;
    frame_ended_ = picture_ended_ = false;
    frames_.assign(kFirstFrames, {});
    next_frame_ = newest_ = 0;
    continue_numbers(packet);
    open_layers(packet);
    last_key_frame_ = now;
    wanted_key_frame_.reset();
    const Frame& frame = begin_frame(packet, true, number_delta_, Turn::InTurn, now);
    return send(packet, frame, now);
}

Result<Projection, DropReason> VideoProjection::project_next(const VideoPacket& packet, Instant now) {
    const Frame left = frames_[newest_];
    if (!same_frame(left, packet)) {
        if (packet.key_frame) {
            open_layers(packet);
            last_key_frame_ = now;
            wanted_key_frame_.reset();
        }
        target_changed_ = false;
        const bool accepted = accept_layer(packet, Turn::InTurn);
        // VP8's PictureIDs must not show that frames are left out; the others' are references and stay as they are.
        if (!accepted && descriptor_ == Descriptor::Vp8) --number_delta_;
        begin_frame(packet, accepted, number_delta_, Turn::InTurn, now);
    }
    const Frame& frame = frames_[newest_];
    settle_gap(packet, left, frame);
    if (frame.accepted) return send(packet, frame, now);
    sequences_.drop(packet.sequence);
    frame_ended_ = packet.frame_end;
    picture_ended_ = packet.marker;
    return dropped(DropReason::LayerNotSelected);
}

Result<Projection, DropReason> VideoProjection::project_late(const VideoPacket& packet, Instant now) {
    if (!continues_stream(packet)) return dropped(DropReason::TooOld);
    const Frame* frame = find_frame(packet);
    if (frame == nullptr) {
        const Frame* before = frame_before(packet);
        if (before == nullptr) return dropped(DropReason::TooOld);
        const bool accepted = accept_layer(packet, Turn::Late);
        const std::uint16_t number_delta = before->number_delta;
        const bool unnumbered = !accepted && descriptor_ == Descriptor::Vp8 && take_number_back(packet);
        frame = &begin_frame(packet, accepted, static_cast<std::uint16_t>(number_delta - (unnumbered ? 1 : 0)),
                             Turn::Late, now);
    }
    if (!frame->accepted) {
        sequences_.drop(packet.sequence);
        return dropped(DropReason::LayerNotSelected);
    }
    return send(packet, *frame, now);
}

Result<Projection, DropReason> VideoProjection::send(const VideoPacket& packet, const Frame& frame, Instant now) {
    const bool ahead = packet.sequence > sequences_.highest();
    const Projection out = projection_of(packet, frame, sequences_.send(packet.sequence));
    if (ahead) {
        frame_ended_ = packet.frame_end;
        picture_ended_ = packet.marker;
    }
    // Even a late packet may be the last one sent, when all that overtook it was left out.
    if (sent_anything_ && !rtp::newer(out.sequence, last_sequence_)) return out;
    sent_anything_ = true;
    incomplete_ = !out.marker;
    last_sequence_ = out.sequence;
    last_timestamp_ = out.timestamp;
    last_sent_ = now;
    if (descriptor_ == Descriptor::Dependency) {
        last_frame_number_ = out.number;
        if (packet.dependency->has_structure) {
            const auto next = packet.structure->id_offset + template_delta_ + packet.structure->template_count;
            next_template_ = static_cast<std::uint8_t>(next % static_cast<int>(rtp::kMaxTemplates));
        }
    } else if (descriptor_ != Descriptor::Generic) {
        last_picture_id_ = out.number;
        if (packet.tl0_picture_index()) last_tl0_ = out.tl0_picture_index;
    }
    return out;
}

// RFC 3550 knows no packet without meaning, but probing sends them: they leave no gap.
void VideoProjection::drop_padding(const VideoPacket& packet) {
    if (!open_ || packet.encoding != encoding_) return;
    const Place place = sequences_.place(packet.sequence);
    if (place == Place::Missing || (place == Place::Ahead && sequences_.reaches(packet.sequence))) {
        sequences_.drop(packet.sequence);
    }
}

// Packets are missing between the last one and this. If they can only belong to frames that are left out, or carried
// nothing, then nobody shall wait for them.
void VideoProjection::settle_gap(const VideoPacket& packet, const Frame& left, const Frame& right) {
    if (packet.sequence <= sequences_.highest() + 1) return;
    const bool neighbours = follows(left, packet);
    const bool end_of_left = same_frame(left, packet) || (neighbours && packet.frame_start && !frame_ended_);
    const bool start_of_right = neighbours && !packet.frame_start && frame_ended_;
    const bool nothing = neighbours && packet.frame_start && frame_ended_;
    if ((end_of_left && !left.accepted) || (start_of_right && !right.accepted) || nothing) {
        sequences_.drop_gap(packet.sequence);
    }
}

std::optional<VideoProjection::Input> VideoProjection::locate(std::uint16_t output_sequence) const {
    const auto input = sequences_.input(output_sequence);
    if (!input) return std::nullopt;
    return Input{.encoding = encoding_, .sequence = static_cast<std::uint16_t>(*input)};
}

Result<Projection, DropReason> VideoProjection::project_again(const VideoPacket& packet, Instant now) {
    sequences_.set_now(now);
    if (packet.padding_only) return dropped(DropReason::PaddingOnly);
    if (!sequences_.started() || packet.encoding != encoding_ || !continues_stream(packet)) {
        return dropped(DropReason::TooOld);
    }
    switch (sequences_.place(packet.sequence)) {
        case Place::Ahead:
        case Place::TooOld:
            return dropped(DropReason::TooOld);
        case Place::Dropped:
            return dropped(DropReason::LayerNotSelected);
        case Place::Missing:
            return open_ ? project_late(packet, now) : dropped(DropReason::NotSubscribed);
        case Place::Sent:
            break;
    }
    const Frame* frame = find_frame(packet);
    if (frame == nullptr) return dropped(DropReason::TooOld);
    return projection_of(packet, *frame, sequences_.output(packet.sequence));
}

std::optional<std::uint32_t> VideoProjection::translate_timestamp(std::uint8_t encoding,
                                                                  std::uint32_t timestamp) const {
    if (!open_ || encoding != encoding_) return std::nullopt;
    return timestamp + timestamp_delta_;
}

rtp::Written write_projected(const rtp::Packet& packet,
                             const VideoPacket& video,
                             const Projection& projection,
                             rtp::ForwardHeader header,
                             rtp::ForwardExtensions extensions,
                             MutableBytes slot) {
    header.timestamp = projection.timestamp;
    header.marker = projection.marker;
    (header.original_sequence ? *header.original_sequence : header.sequence) = projection.sequence;

    std::array<std::uint8_t, rtp::kMaxDescriptorSize> descriptor;
    if (video.dependency && extensions.accepted.has(rtp::kDependencyDescriptorId)) {
        const rtp::DescriptorRewrite rewrite{
            .frame_number = projection.number,
            .template_id_delta = projection.template_id_delta,
            .active_decode_targets = projection.active_decode_targets,
            .force_active_decode_targets = projection.active_decode_targets.has_value()};
        const ByteView original = packet.extension(rtp::kDependencyDescriptorId).value_or(ByteView{});
        const std::size_t size = rtp::rewrite_dependency_descriptor(original, *video.dependency, rewrite, descriptor);
        if (size == 0) return {};
        extensions.dependency_descriptor = ByteView(descriptor).first(size);
    }
    const rtp::Written written = rtp::write_forwarded(packet, header, extensions, slot);
    if (!written) return {};
    const MutableBytes payload = slot.subspan(written.payload_offset, written.size - written.payload_offset);
    if (video.descriptor == Descriptor::Vp8) {
        rtp::rewrite_vp8(payload, *video.vp8, projection.number, projection.tl0_picture_index);
    } else if (video.descriptor == Descriptor::Vp9) {
        rtp::rewrite_vp9(payload, *video.vp9, projection.number, projection.tl0_picture_index);
    }
    return written;
}

}  // namespace klassenraum::projection
