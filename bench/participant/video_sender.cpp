#include "bench/participant/video_sender.hpp"

#include <algorithm>

#include "bench/participant/frame_note.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace {

constexpr std::size_t kDescriptor = 6;
constexpr Duration kRepeatAfter = 30ms;  // a packet that was just sent again is on its way

void write_descriptor(ByteWriter& out, const EncodedFrame& frame, bool start) {
    out.u8(static_cast<std::uint8_t>(0x80 | (frame.discardable ? 0x20 : 0) | (start ? 0x10 : 0)));
    out.u8(0xe0);  // PictureID, TL0PICIDX and TID are there
    out.u16(static_cast<std::uint16_t>(0x8000 | frame.picture_id));
    out.u8(frame.tl0_picture_index);
    out.u8(static_cast<std::uint8_t>(frame.temporal << 6 | (frame.layer_sync ? 0x20 : 0)));
}

// RFC 6386 §9.1.
void write_frame_header(ByteWriter& out, bool key, std::uint16_t height) {
    out.u8(key ? 0x10 : 0x31);
    out.u16(0x0200);
    if (!key) return;
    const auto width = static_cast<std::uint16_t>(height * 16 / 9);
    const auto little_endian = [&](std::uint16_t value) {
        out.u16(static_cast<std::uint16_t>(value << 8 | value >> 8));
    };
    out.u24(0x9d012a);
    little_endian(width);
    little_endian(height);
}

}  // namespace

VideoSender::VideoSender(const Camera& camera, std::uint32_t source, Entropy& entropy, Instant now)
    : source_(source),
      frames_per_second_(camera.frames_per_second),
      codec_(camera.codec),
      heights_(camera.heights),
      dependencies_(camera.heights),
      on_(camera.on),
      start_(now),
      next_frame_(now + Duration(entropy.below(33'000))),
      burst_(camera.burst),
      ramp_(camera.ramp) {
    const std::size_t count = std::min({camera.heights.size(), camera.bits_per_second.size(), kMaxEncodings});
    for (const rtp::PayloadType& type : rtp::kPayloadTypes) {
        if (type.codec != codec_) continue;
        payload_type_ = type.number;
        rtx_payload_type_ = type.rtx;
    }
    if (layered()) {
        add_layers(camera, count, entropy);
        update_active(now);
        return;
    }
    encodings_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t rate = camera.bits_per_second[i];
        Encoding& encoding =
            encodings_.emplace_back(Encoding{.encoder = VideoEncoder(camera.frames_per_second, camera.temporal_layers,
                                                                     rate, camera.unevenness, entropy)});
        encoding.ssrc = entropy.u32() | 1U;
        encoding.rtx_ssrc = entropy.u32() | 1U;
        encoding.nominal_rate = rate;
        encoding.first_timestamp = entropy.u32();
        encoding.height = camera.heights[i];
        encoding.sequence = static_cast<std::uint16_t>(entropy.u32());
        encoding.sent.resize(kSentPackets);
    }
    update_active(now);
}

void VideoSender::announced(std::uint32_t ssrc, std::uint32_t rtx_ssrc) {
    if (encodings_.empty()) return;
    encodings_.front().ssrc = ssrc;
    encodings_.front().rtx_ssrc = rtx_ssrc;
}

std::vector<std::uint32_t> VideoSender::ssrcs() const {
    std::vector<std::uint32_t> list;
    for (const Encoding& encoding : encodings_) list.push_back(encoding.ssrc);
    return list;
}
std::vector<std::uint32_t> VideoSender::rtx_ssrcs() const {
    std::vector<std::uint32_t> list;
    for (const Encoding& encoding : encodings_) list.push_back(encoding.rtx_ssrc);
    return list;
}

bool VideoSender::wants(const Encoding& encoding, std::size_t index) const {
    if (layered()) return on_ && max_height_ != 0;
    if (!on_ || max_height_ == 0 || encoding.encoder.rate() == 0) return false;
    return index == 0 || max_height_ < 0 || encoding.height <= max_height_;
}

void VideoSender::update_active(Instant now) {
    bool started = false;
    bool before = false;
    for (std::size_t i = 0; i < encodings_.size(); ++i) {
        before = before || encodings_[i].active;
        const bool active = wants(encodings_[i], i);
        started = started || (active && !encodings_[i].active);
        encodings_[i].active = active;
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const bool active = on_ && max_height_ != 0 && layers_[i].encoder.rate() > 0 &&
                            (i == 0 || max_height_ < 0 || heights_[i] <= max_height_);
        started = started || (active && !layers_[i].active);
        layers_[i].active = active;
    }
    // libvpx makes key frames of all encodings when one joins.
    if (started) key_frame_due_ = true;
    if (started && !before) next_frame_ = std::max(next_frame_, now);
}

void VideoSender::set_on(bool on, Instant now) {
    on_ = on;
    update_active(now);
}

void VideoSender::set_max_height(std::int32_t height, Instant now) {
    max_height_ = height;
    update_active(now);
}

void VideoSender::set_rate_limit(std::uint32_t bits_per_second) {
    rate_limit_ = bits_per_second;
    std::uint32_t left = bits_per_second;
    for (Encoding& encoding : encodings_) {
        // An encoding is worth sending from half its rate; the lowest always.
        const bool first = &encoding == &encodings_.front();
        const std::uint32_t rate = std::min(left, encoding.nominal_rate);
        const bool worth = first || rate >= encoding.nominal_rate / 2;
        encoding.encoder.set_rate(worth ? std::max<std::uint32_t>(rate, 30'000) : 0);
        left -= worth ? rate : 0;
    }
}

void VideoSender::request_key_frame(Instant) {
    key_frame_due_ = true;
}

void VideoSender::request_packet(std::uint32_t ssrc, std::uint16_t sequence, Instant now) {
    for (std::size_t i = 0; i < encodings_.size(); ++i) {
        if (encodings_[i].ssrc != ssrc) continue;
        SentPacket& packet = encodings_[i].sent[sequence % kSentPackets];
        if (!packet.used || packet.sequence != sequence || packet.sent == Instant{}) return;
        if (packet.repeating || now - packet.sent < kRepeatAfter || !may_repeat(packet.octets.size(), now)) return;
        packet.repeating = true;
        repeats_.push_back({i, sequence, true});
    }
}

std::uint32_t VideoSender::timestamp(const Encoding& encoding, Instant now) const {
    return encoding.first_timestamp + static_cast<std::uint32_t>((now - start_).count() * 9 / 100);
}

// In steps of a frame, from when the first one was due.
void VideoSender::find_rate(Instant now) {
    constexpr double kStart = 300'000;
    double all = 0;
    for (const Encoding& encoding : encodings_) all += encoding.nominal_rate;
    const double share = static_cast<double>((now - start_).count()) / static_cast<double>(ramp_.count());
    if (share >= 1) ramp_ = {};
    set_rate_limit(static_cast<std::uint32_t>(kStart + (all - kStart) * std::min(share, 1.0)));
    update_active(now);
}

void VideoSender::expire(Instant now) {
    const bool any = std::ranges::any_of(encodings_, &Encoding::active);
    while (any && next_frame_ <= now) {
        if (ramp_ > Duration::zero() && !layered()) find_rate(next_frame_);
        const bool key = key_frame_due_ && (frame_count_ == 0 || next_frame_ - last_key_frame_ >= kMinKeyFrameInterval);
        if (key) {
            key_frame_due_ = false;
            last_key_frame_ = next_frame_;
        }
        for (std::size_t i = 0; i < encodings_.size(); ++i) {
            if (encodings_[i].active && !layered()) encode(i, key, next_frame_);
        }
        if (layered()) encode_layers(key, next_frame_);
        ++frame_count_;
        next_frame_ += Duration(1'000'000 / frames_per_second_);
    }
}

void VideoSender::encode(std::size_t index, bool key, Instant now) {
    if (key) ++key_frames_;
    packetize(index, encodings_[index].encoder.encode(key), now);
}

void VideoSender::packetize(std::size_t index, const EncodedFrame& frame, Instant now) {
    Encoding& encoding = encodings_[index];
    const std::size_t header = frame.key ? 10 : 3;
    constexpr std::size_t kRoom = kPayloadBudget - kDescriptor - FrameNote::kSize;
    const std::size_t octets = frame.octets + header;
    const std::size_t parts = (octets + kRoom - 1) / kRoom;
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t share = octets / parts + (part < octets % parts ? 1 : 0);
        const std::size_t payload = kDescriptor + (part == 0 ? header : 0) + FrameNote::kSize + share;
        SentPacket& packet = new_packet(encoding, part + 1 == parts, payload, now);
        ByteWriter out(MutableBytes(packet.octets).subspan(rtp::kFixedHeaderSize));
        write_descriptor(out, frame, part == 0);
        if (part == 0) write_frame_header(out, frame.key, encoding.height);
        write_note(out, {.source = source_,
                         .frame = frame.frame,
                         .reference = frame.reference,
                         .captured = now,
                         .height = encoding.height,
                         .part = static_cast<std::uint16_t>(part),
                         .parts = static_cast<std::uint16_t>(parts),
                         .encoding = static_cast<std::uint8_t>(index)});
        out.zeros(out.remaining());
        queue_.push_back({index, packet.sequence, false});
    }
}

// With its header; what goes into the payload is the caller's.
VideoSender::SentPacket& VideoSender::new_packet(Encoding& encoding, bool marker, std::size_t payload, Instant now) {
    SentPacket& packet = encoding.sent[encoding.sequence % kSentPackets];
    packet = SentPacket{.octets = std::move(packet.octets), .sequence = encoding.sequence, .used = true};
    packet.octets.resize(rtp::kFixedHeaderSize + payload);
    ByteWriter out(packet.octets);
    out.u8(0x80);
    out.u8(static_cast<std::uint8_t>(payload_type_ | (marker ? 0x80 : 0)));
    out.u16(encoding.sequence++);
    out.u32(timestamp(encoding, now));
    out.u32(encoding.ssrc);
    return packet;
}

double VideoSender::target_rate() const {
    double rate = 0;
    for (const Encoding& encoding : encodings_) rate += encoding.active && !layered() ? encoding.encoder.rate() : 0;
    for (const Layer& layer : layers_) rate += layer.active ? layer.encoder.rate() : 0;
    return std::max(rate, 120'000.0);
}

// libwebrtc paces at two and a half times the target …
double VideoSender::pacing_rate() const {
    return target_rate() * 2.5;
}

// … and repeats no more than the target, so that new pictures come through behind an interruption.
bool VideoSender::may_repeat(std::size_t octets, Instant now) {
    constexpr Duration kWindow = 500ms;
    if (now - repeat_window_ >= kWindow) {
        repeat_window_ = now;
        repeated_bits_ = 0;
    }
    repeated_bits_ += static_cast<double>(octets * 8);
    return repeated_bits_ <= target_rate() / 2;
}

std::size_t VideoSender::write_next(Instant now, const rtp::ForwardExtensions& extensions, MutableBytes slot) {
    if (free_at_ > now) return 0;
    std::deque<Queued>& source = repeats_.empty() ? queue_ : repeats_;
    if (source.empty()) return 0;
    const Queued next = source.front();
    source.pop_front();
    Encoding& encoding = encodings_[next.encoding];
    SentPacket& stored = encoding.sent[next.sequence % kSentPackets];
    if (stored.sequence != next.sequence) return write_next(now, extensions, slot);  // overwritten while it waited
    const auto packet = rtp::Packet::parse(stored.octets);
    if (!packet) return 0;
    rtp::ForwardHeader header{.ssrc = encoding.ssrc,
                              .timestamp = packet->timestamp(),
                              .sequence = packet->sequence(),
                              .payload_type = payload_type_,
                              .marker = packet->marker()};
    if (next.again) {
        header.ssrc = encoding.rtx_ssrc;
        header.sequence = encoding.rtx_sequence++;
        header.payload_type = rtx_payload_type_;
        header.original_sequence = packet->sequence();
        ++retransmissions_;
    } else {
        ++encoding.packets;
        encoding.octets += static_cast<std::uint32_t>(packet->payload().size());
    }
    stored.sent = now;
    stored.repeating = false;
    rtp::ForwardExtensions all = extensions;
    all.dependency_descriptor = stored.dependency;
    const rtp::Written written = rtp::write_forwarded(*packet, header, all, slot);
    octets_ += written.size;
    const auto took = Duration(static_cast<std::int64_t>(static_cast<double>(written.size) * 8e6 / pacing_rate()));
    free_at_ = std::max(free_at_, now - burst_) + took;
    return written.size;
}

std::optional<Instant> VideoSender::deadline() const {
    const bool any = std::ranges::any_of(encodings_, &Encoding::active);
    std::optional<Instant> earliest;
    if (any) earliest = next_frame_;
    if (queue_.empty() && repeats_.empty()) return earliest;
    // On the grid of the pacer's ticks, so that what is due together goes together.
    const std::int64_t ticks = (free_at_.time_since_epoch() + kPacerTick - Duration(1)) / Duration(kPacerTick);
    const Instant pacer = Instant(ticks * Duration(kPacerTick));
    return earliest ? std::min(*earliest, pacer) : pacer;
}

std::vector<VideoSender::Report> VideoSender::reports(Instant now) const {
    std::vector<Report> list;
    for (const Encoding& encoding : encodings_) {
        if (!encoding.active || encoding.packets == 0) continue;
        list.push_back({encoding.ssrc, timestamp(encoding, now), encoding.packets, encoding.octets});
    }
    return list;
}

}  // namespace klassenraum::bench
