#include "tests/decode/journey.hpp"

#include <utility>

namespace klassenraum::decode {

namespace {

constexpr std::uint32_t kTicks = 3000;
constexpr Duration kPicture = std::chrono::microseconds(33'333);
constexpr std::uint64_t kNtp = std::uint64_t{3'900'000'000} << 32;

}  // namespace

Journey::Journey(std::uint64_t seed, Weather weather)
    : projection(static_cast<std::uint16_t>(0xfff0 + seed % 32), static_cast<std::uint32_t>(seed * 7919)),
      entropy(seed),
      weather_(weather),
      sender_(entropy) {
    for (std::uint8_t encoding = 0; encoding < 3; ++encoding) {
        parser_.clock().record(encoding, sender_.timestamp_offset(encoding), kNtp);
    }
}

void Journey::set_target(std::optional<projection::Target> target) {
    projection.set_target(target);
}

void Journey::offer(const Recording& recording, unsigned picture, SendOptions options) {
    now_ += kPicture;
    ++pictures_;
    codec_ = recording.codec;
    std::vector<Sent> packets = sender_.send(recording, picture, ticks_, options);
    ticks_ += kTicks;
    for (Sent& sent : packets) {
        const std::pair key{sent.encoding, static_cast<std::uint16_t>(sent.bytes[2] << 8 | sent.bytes[3])};
        codecs_[key] = recording.codec;
        if (encrypt) encrypt(sent, sent.bytes);
    }
    for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
        if (chance(weather_.swapped)) std::swap(packets[i], packets[i + 1]);
    }
    for (const Sent& sent : packets) {
        if (chance(weather_.lost_up)) {
            late_.push_back({.due = pictures_ + 1 + entropy.below(3), .sent = sent});
            continue;
        }
        deliver(sent);
        if (chance(weather_.doubled)) deliver(sent);
    }
    std::deque<Late> waiting = std::exchange(late_, {});
    for (Late& late : waiting) {
        if (late.due > pictures_) {
            late_.push_back(std::move(late));
        } else {
            deliver(late.sent);
        }
    }
    repair();
}

void Journey::offer_padding(std::uint8_t encoding) {
    Sent probe{.encoding = encoding, .bytes = {}};
    probe.bytes = sender_.padding(encoding, ticks_, Sender::payload_type(codec_));
    deliver(probe);
}

void Journey::deliver(const Sent& sent) {
    const auto packet = rtp::Packet::parse(sent.bytes);
    const auto video = parser_.parse(*packet, sent.encoding);
    if (!video) throw std::runtime_error("the packet is not understood");
    cache_[{sent.encoding, packet->sequence()}] = sent;
    const bool waited = projection.needs_key_frame().has_value();
    const auto decision = projection.project(*video, now_);
    if (!waited && projection.needs_key_frame()) ++asked;
    if (!decision && video->sequence < video->highest) ++refused;
    if (!decision) return;
    decisions.push_back(*decision);
    forward(sent, *decision, *video);
}

void Journey::forward(const Sent& sent, const projection::Projection& decision, const projection::VideoPacket& video) {
    const auto packet = rtp::Packet::parse(sent.bytes);
    Bytes slot(1600);
    rtp::ForwardExtensions extensions;
    extensions.accepted.add(rtp::kDependencyDescriptorId);
    const rtp::Written written = projection::write_projected(
        *packet, video, decision, {.ssrc = 7, .payload_type = packet->payload_type(), .original_sequence = {}},
        extensions, slot);
    if (!written) throw std::runtime_error("the packet does not fit");
    slot.resize(written.size);
    if (decrypt) decrypt(sent, MutableBytes(slot).subspan(written.payload_offset));
    const std::int64_t number =
        highest_ ? *highest_ + rtp::distance(static_cast<std::uint16_t>(*highest_), decision.sequence)
                 : 0x10000 + decision.sequence;
    highest_ = std::max(highest_.value_or(number), number);
    // Lost once, not twice.
    if (decided_.insert(number).second && chance(weather_.lost_down)) return;
    const auto codec = codecs_.at({sent.encoding, packet->sequence()});
    arrived[number] = {.bytes = std::move(slot), .sent = sent, .codec = codec};
}

// The receiver asks for each number that it has not got.
void Journey::repair() {
    if (arrived.empty()) return;
    std::vector<std::int64_t> missing;
    constexpr std::int64_t kReach = 400;
    for (std::int64_t number = std::max(*decided_.begin(), *highest_ - kReach); number < *highest_; ++number) {
        if (!arrived.contains(number)) missing.push_back(number);
    }
    for (const std::int64_t number : missing) {
        const auto input = projection.locate(static_cast<std::uint16_t>(number));
        if (!input) continue;
        const auto cached = cache_.find({input->encoding, input->sequence});
        if (cached == cache_.end()) continue;
        const Sent sent = cached->second;
        const auto packet = rtp::Packet::parse(sent.bytes);
        const auto video = parser_.parse(*packet, sent.encoding);
        if (!video) continue;
        const auto again = projection.project_again(*video, now_);
        if (again && static_cast<std::uint16_t>(number) == again->sequence) forward(sent, *again, *video);
    }
}

void Journey::arrive() {
    for (const Late& late : std::exchange(late_, {})) deliver(late.sent);
    repair();
    receiver.play(arrived);
}

}  // namespace klassenraum::decode
