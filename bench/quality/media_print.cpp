#include "bench/quality/media_print.hpp"

#include <algorithm>

#include "bench/participant/frame_note.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/rtp/vp8.hpp"
#include "protocol/transport/demux.hpp"

namespace klassenraum::quality {

namespace {

std::uint64_t digest(std::uint64_t sum, ByteView octets) {
    for (const std::uint8_t octet : octets) sum = (sum ^ octet) * 0x100000001b3ULL;
    return sum;
}

}  // namespace

MediaPrint::MediaPrint(sim::World& world) : receivers_(world.browsers().size()) {
    world.tap([this](std::size_t browser, ByteView datagram) { take(browser, datagram); });
}

void MediaPrint::take(std::size_t browser, ByteView datagram) {
    constexpr std::size_t kTag = 16;
    if (transport::classify(datagram) != transport::Kind::Rtp || datagram.size() < kTag) return;
    const auto packet = rtp::Packet::parse(datagram.first(datagram.size() - kTag));
    if (!packet || packet->padding_only()) return;
    const rtp::PayloadType* type = rtp::payload_type(packet->payload_type());
    if (type == nullptr) return;  // a repair, or a probe made of one
    Receiver& receiver = receivers_.at(browser);
    if (type->channels != 0) {
        receiver.sound = digest(receiver.sound * 31 + packet->ssrc(), packet->payload());
        receiver.sound = receiver.sound * 31 + packet->sequence() * 65'537ULL + packet->timestamp();
        return;
    }
    const auto descriptor = rtp::parse_vp8(packet->payload());
    if (type->codec != rtp::Codec::Vp8 || !descriptor || !descriptor->frame_start) return;
    const std::size_t header = descriptor->size + (descriptor->key_frame ? 10U : 3U);
    if (packet->payload().size() < header) return;
    const auto note = bench::read_note(packet->payload().subspan(header));
    if (!note || note->source == left_out_) return;
    Frames& frames = receiver.pictures[note->source];
    if (descriptor->key_frame) frames.keys.push_back(static_cast<std::uint32_t>(frames.shown.size()));
    frames.shown.push_back(std::uint64_t{note->encoding} << 32 | note->frame);
}

bool same_sound(const MediaPrint& left, const MediaPrint& right, std::size_t browser) {
    return left.of(browser).sound == right.of(browser).sound;
}

// The one may have come a few frames further: a key frame takes longer on its way.
bool same_pictures(const MediaPrint& left, const MediaPrint& right, std::size_t browser) {
    constexpr std::ptrdiff_t kUnderWay = 5;
    const auto& one = left.of(browser).pictures;
    const auto& other = right.of(browser).pictures;
    return std::ranges::equal(one, other, [](const auto& here, const auto& there) {
        if (here.first != there.first) return false;
        const auto [at, and_there] = std::ranges::mismatch(here.second.shown, there.second.shown);
        return here.second.shown.end() - at < kUnderWay && there.second.shown.end() - and_there < kUnderWay;
    });
}

double key_frames_more(const MediaPrint& with, const MediaPrint& without, std::size_t browser) {
    double most = 0;
    for (const auto& [source, frames] : with.of(browser).pictures) {
        const auto other = without.of(browser).pictures.find(source);
        if (other == without.of(browser).pictures.end()) continue;
        most = std::max(most, static_cast<double>(frames.keys.size()) - static_cast<double>(other->second.keys.size()));
    }
    return most;
}

}  // namespace klassenraum::quality
