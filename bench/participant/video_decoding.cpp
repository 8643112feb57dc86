// What VideoReceiver reads of each codec, what that says about being decodable, and whether it was true.
#include <algorithm>

#include "bench/participant/video_receiver.hpp"
#include "protocol/rtp/header_extension.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/rtp/vp8.hpp"
#include "protocol/rtp/vp9.hpp"

namespace klassenraum::bench {

namespace {

constexpr std::uint16_t kPictureMask = 0x7fff;
// How far a picture may be behind the base it refers to: as many as a History remembers. A layer's history stays while
// the layer is not sent, and TL0PICIDX is the same again after 256 bases, so that alone says nothing.
constexpr unsigned kPicturesBehind = 64;

}  // namespace

// --- reading ---

bool VideoReceiver::read(const rtp::Packet& packet, Part& part) {
    part.timestamp = packet.timestamp();
    part.marker = packet.marker();
    part.padding = packet.padding_only();
    if (part.padding) return true;
    const rtp::PayloadType* type = rtp::payload_type(packet.payload_type());
    if (type == nullptr) return false;
    bool understood = false;
    if (type->codec == rtp::Codec::Vp8) understood = read_vp8(packet.payload(), part);
    if (type->codec == rtp::Codec::Vp9) understood = read_vp9(packet.payload(), part);
    if (type->codec == rtp::Codec::Av1) understood = read_av1(packet, part);
    return understood && part.spatial < kMaxEncodings;
}

bool VideoReceiver::read_vp8(ByteView payload, Part& part) const {
    const auto descriptor = rtp::parse_vp8(payload);
    if (!descriptor) return false;
    part.picture_id = descriptor->picture_id.value_or(0);
    part.layered = descriptor->picture_id && descriptor->tl0_picture_index && descriptor->temporal;
    part.tl0 = descriptor->tl0_picture_index.value_or(0);
    part.temporal = descriptor->temporal.value_or(0);
    part.sync = descriptor->layer_sync;
    part.start = descriptor->frame_start;
    part.key = descriptor->frame_start && descriptor->key_frame;
    const std::size_t header = descriptor->size + (part.start ? (part.key ? 10U : 3U) : 0U);
    if (payload.size() < header) return false;
    if (const auto note = read_note(payload.subspan(header))) part.note = *note;
    return true;
}

bool VideoReceiver::read_vp9(ByteView payload, Part& part) const {
    const auto descriptor = rtp::parse_vp9(payload);
    if (!descriptor || !descriptor->picture_id || !descriptor->tl0_picture_index) return false;
    part.picture_id = *descriptor->picture_id;
    part.layered = true;
    part.tl0 = *descriptor->tl0_picture_index;
    part.temporal = descriptor->temporal;
    part.spatial = descriptor->spatial;
    part.sync = descriptor->switching_up;
    part.start = descriptor->frame_start;
    part.key = !descriptor->inter_picture_predicted;
    if (const auto note = read_note(payload.subspan(descriptor->size))) part.note = *note;
    return true;
}

bool VideoReceiver::read_av1(const rtp::Packet& packet, Part& part) {
    const auto extension = packet.extensions().find(rtp::kDependencyDescriptorId);
    if (!extension || packet.payload().empty()) return false;
    auto fresh = std::make_unique<rtp::TemplateStructure>();
    const auto descriptor = rtp::parse_dependency_descriptor(*extension, structure_.get(), *fresh);
    if (!descriptor) return false;
    if (descriptor->has_structure) structure_ = std::move(fresh);
    part.dependent = true;
    part.layered = true;
    part.number = descriptor->frame_number;
    part.diffs = descriptor->diffs;
    part.temporal = descriptor->temporal;
    part.spatial = descriptor->spatial;
    part.start = descriptor->frame_start;
    // Of the lowest layer; those above are encoded from it.
    part.key = descriptor->spatial == 0 && descriptor->diffs.count == 0;
    if (const auto note = read_note(packet.payload().subspan(1))) part.note = *note;
    return true;
}

// A picture may begin with a higher layer than the lowest: delta pictures need none but their own.
bool VideoReceiver::begins_picture(std::int64_t sequence) {
    const Part& head = part(sequence);
    if (!head.start || head.spatial == 0) return head.start;
    if (sequence == last_sequence_ + 1) return true;
    return holds(sequence - 1) && (part(sequence - 1).padding || part(sequence - 1).timestamp != head.timestamp);
}

// --- decoding ---

bool VideoReceiver::decodable(const Frame& frame) {
    if (frame.head.key && frame.head.spatial == 0) return true;
    if (!started_) return false;
    for (std::int64_t at = frame.first; at <= frame.last; ++at) {
        if (part(at).start && !decodable(part(at))) return false;
    }
    return true;
}

bool VideoReceiver::decodable(const Part& head) const {
    if (head.dependent) {
        for (std::size_t i = 0; i < head.diffs.count; ++i) {
            const auto needed = static_cast<std::uint16_t>(head.number - head.diffs.values[i]);
            if (numbers_[needed % numbers_.size()] != needed + 1U) return false;
        }
        return true;
    }
    if (!head.layered) return head.picture_id == ((last_picture_ + 1) & kPictureMask);
    const History& history = histories_[head.spatial];
    if (!history.started) return false;
    const unsigned behind = static_cast<unsigned>(head.picture_id - history.base_picture) & kPictureMask;
    if (behind == 0 || behind >= kPicturesBehind) return false;
    if (head.temporal == 0) return head.tl0 == static_cast<std::uint8_t>(history.tl0 + 1);
    if (head.tl0 != history.tl0) return false;
    if (head.sync) return true;
    const std::uint64_t between = ((std::uint64_t{1} << behind) - 1) & ~std::uint64_t{1};
    return (history.since_base & between) == between;
}

void VideoReceiver::remember(const Part& head) {
    if (head.dependent) {
        if (head.key) numbers_ = {};
        numbers_[head.number % numbers_.size()] = head.number + 1U;
        return;
    }
    History& history = histories_[head.spatial];
    if (head.key || head.temporal == 0) {
        if (head.key && head.spatial == 0) histories_ = {};
        history = {.started = true, .base_picture = head.picture_id, .tl0 = head.tl0};
        return;
    }
    const unsigned behind = static_cast<unsigned>(head.picture_id - history.base_picture) & kPictureMask;
    if (behind < kPicturesBehind) history.since_base |= std::uint64_t{1} << behind;
}

// --- the truth ---

void VideoReceiver::check_truth(const Frame& frame) {
    const FrameNote& note = frame.head.note;
    const bool layers = frame.head.spatial != 0 || part(frame.last).spatial != 0 || frame.head.dependent;
    const auto layer_of = [&](const FrameNote& of) { return layers ? of.encoding % kMaxEncodings : std::size_t{0}; };
    const auto known = [&](const FrameNote& of) {
        const auto& truth = truth_[layer_of(of)];
        return of.reference != FrameNote::kNone && truth[of.reference % truth.size()] == of.reference + 1;
    };
    const bool key = frame.head.key && frame.head.spatial == 0;
    bool right = key ? note.reference == FrameNote::kNone : note.source == truth_source_;
    if (key) truth_ = {};
    if (!key && !layers) right = right && note.encoding == truth_encoding_;
    // Each layer's frame is whole, and what it was encoded from was decoded.
    std::int64_t begin = frame.first;
    for (std::int64_t at = frame.first; at <= frame.last; ++at) {
        if (part(at).start) begin = at;
        const FrameNote& head = part(begin).note;
        const FrameNote& other = part(at).note;
        const bool ends = at == frame.last || part(at + 1).start;
        right = right && other.frame == note.frame && other.source == note.source && other.encoding == head.encoding &&
                other.part == at - begin && (!ends || other.parts == at - begin + 1);
        if (at == begin && !key) right = right && known(other);
    }
    const FrameNote& top = part(frame.last).note;
    if (quality_ != nullptr) {
        if (!right) ++quality_->corrupt;
        if (note.source != source_) ++quality_->misattributed;
        const bool same = truth_source_ == note.source && quality_->height != 0;
        if ((layers || key) && same && quality_->height != top.height) ++quality_->layer_switches;
        quality_->height = top.height;
    }
    for (std::int64_t at = frame.first; at <= frame.last; ++at) {
        auto& truth = truth_[layer_of(part(at).note)];
        truth[note.frame % truth.size()] = note.frame + 1;
    }
    truth_source_ = note.source;
    truth_encoding_ = note.encoding;
}

}  // namespace klassenraum::bench
