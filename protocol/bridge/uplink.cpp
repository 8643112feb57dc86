#include "protocol/bridge/uplink.hpp"

#include "protocol/bridge/fan_out.hpp"
#include "protocol/bridge/reports.hpp"
#include "protocol/bridge/router.hpp"
#include "protocol/rtp/rtx.hpp"

namespace klassenraum::bridge {

namespace {

constexpr std::uint8_t kSilence = 127;    // RFC 6464: digital silence
constexpr std::size_t kComfortNoise = 2;  // RFC 6716 §3.1: opus in its pauses (DTX) sends a frame of one or two octets

// One packet on its way up: what it was signalled as, and its octets.
struct Arrival {
    Source& source;
    IncomingStream& stream;
    std::uint8_t encoding;
    rtp::Packet packet;
    rtp::Codec codec;
};

DropReason take_audio(Conference& conference,
                      const Arrival& arrival,
                      const IncomingStream::Received& received,
                      Context& context) {
    const rtp::Packet& packet = arrival.packet;
    projection::AudioPacket audio{
        .sequence = received.sequence, .timestamp = packet.timestamp(), .marker = packet.marker()};
    if (packet.padding_only()) return DropReason::PaddingOnly;
    const std::optional<rtp::AudioLevel> level = rtp::audio_level(packet);
    audio.silent = (level && level->level == kSilence) || packet.payload().size() <= kComfortNoise;
    if (level || conference.crowded(context)) {
        const std::uint8_t loudness = level ? static_cast<std::uint8_t>(kSilence - level->level) : kUnknownLoudness;
        // Only what was really sent and may be heard makes a speaker (threats.md R13).
        arrival.source.owner.speech.push(loudness, context.now);
        conference.heard(context.now);
    }
    const VoiceAdmission admission = conference.admit_voice(arrival.source, context);
    arrival.source.cache.insert(0, packet.sequence(), packet.octets(), context.now);
    forward_audio(arrival.source, packet, audio, arrival.codec, admission, context);
    return DropReason::None;
}

DropReason take_video(Conference& conference, const Arrival& arrival, bool unrepairable_gap, Context& context) {
    Source& source = arrival.source;
    const std::optional<projection::VideoPacket> video = source.parser->parse(arrival.packet, arrival.encoding);
    if (!video) return DropReason::RtpMalformed;
    if (source.rates.record(*video, arrival.packet.octets().size(), context.now)) conference.mark_dirty();
    if (video->key_frame) {
        source.keyframes.keyframe_seen(arrival.encoding);
        if (source.learn_layers(*video)) conference.mark_dirty();
    }
    if (!source.taken(arrival.encoding)) return DropReason::NotSubscribed;
    if (unrepairable_gap && !video->key_frame) {
        source.keyframes.request(arrival.encoding, context.now);
        send_keyframe_request(source, context);
    }
    if (!video->padding_only) {
        source.cache.insert(arrival.encoding, arrival.packet.sequence(), arrival.packet.octets(), context.now);
    }
    if (context.fan_out != nullptr) {
        context.fan_out->take(source, arrival.packet, *video, context);
    } else {
        forward_video(source, arrival.packet, *video, context);
    }
    return video->padding_only ? DropReason::PaddingOnly : DropReason::None;
}

DropReason take(Conference& conference, Arrival arrival, Context& context) {
    Source& source = arrival.source;
    if (!source.owner.accepts(arrival.codec)) return DropReason::UnknownPayloadType;
    const IncomingStream::Received received =
        arrival.stream.receive(arrival.packet.sequence(), arrival.packet.timestamp(), context.now);
    if (received.drop != DropReason::None) return received.drop;
    if (!arrival.stream.active) {
        arrival.stream.active = true;
        source.owner.arrivals.prepare();
        conference.mark_dirty();  // the allocator may choose this encoding now
        // An encoding begins with a key frame: whoever is to have it can have it from that one on, and need not ask.
        if (source.is_video()) {
            if (context.fan_out != nullptr) context.fan_out->flush(context);
            conference.settle(context);
        }
    }
    if (!arrival.stream.losses.empty()) send_nacks(source, context);
    return source.is_video() ? take_video(conference, arrival, received.unrepairable_gap, context)
                             : take_audio(conference, arrival, received, context);
}

// What was left encrypted of this SSRC counts now, as if it had come through decryption.
void take_sealed(Endpoint& sender, const SignalledSsrc& signalled, const rtp::Packet& packet, Context& context) {
    Source& source = *signalled.source;
    IncomingStream& stream = source.encodings[signalled.encoding];
    if (sender.sealed.size() != 0) {
        sender.sealed.vouch(packet, [&](const SealedPackets::Packet& sealed) {
            sender.link->pass_rtp(sealed.ssrc, sealed.sequence);
            if (!stream.started()) return;
            if (!sender.ingress.take(sealed.octets, context.now)) {
                return count(context.counters.drops, DropReason::IngressCap);
            }
            if (stream.receive(sealed.sequence, sealed.timestamp, sealed.arrived).drop != DropReason::None) return;
            source.rates.record_alike(signalled.encoding, sealed.octets, sealed.arrived);
            ++context.counters.packets_received;
            ++context.counters.packets_left_sealed;
            context.counters.bytes_received += sealed.octets;
        });
    }
    if (!stream.latest || rtp::newer(packet.sequence(), stream.latest->sequence)) stream.latest.emplace(packet);
}

}  // namespace

bool nobody_takes(const Endpoint& sender, ByteView datagram) {
    if (datagram.size() < rtp::kFixedHeaderSize) return false;
    const SignalledSsrc* signalled = sender.find(ByteReader(datagram.subspan(8)).u32());
    if (signalled == nullptr || signalled->retransmission || !signalled->source->is_video()) return false;
    return !signalled->source->taken(signalled->encoding) && !signalled->source->force_muted;
}

bool leave_sealed(Endpoint& sender, ByteView octets, Context& context) {
    const std::optional<rtp::Packet> packet = rtp::Packet::parse(octets);
    // How much of it is padding is encrypted too.
    if (!packet || packet->padded()) return false;
    const SignalledSsrc* signalled = sender.find(packet->ssrc());
    if (signalled == nullptr) return false;
    const Source& source = *signalled->source;
    const IncomingStream& stream = source.encodings[signalled->encoding];
    if (!stream.active || !stream.latest || !stream.latest->shares_frame_with(*packet)) return false;
    // Which spatial layer of the picture it is of, is not known then.
    if (source.rates.spatial_layers(signalled->encoding) > 1) return false;
    return sender.sealed.hold({.arrived = context.now,
                               .ssrc = packet->ssrc(),
                               .timestamp = packet->timestamp(),
                               .sequence = packet->sequence(),
                               .octets = static_cast<std::uint16_t>(octets.size()),
                               .transport_sequence = rtp::transport_sequence(*packet),
                               .marker = packet->marker()});
}

DropReason receive_rtp(Conference& conference, Endpoint& sender, MutableBytes octets, Context& context) {
    std::optional<rtp::Packet> packet = rtp::Packet::parse(octets);
    if (!packet) return DropReason::RtpMalformed;
    ++context.counters.packets_received;
    context.counters.bytes_received += octets.size();
    sender.resting = false;
    if (!sender.ingress.take(static_cast<std::uint32_t>(octets.size()), context.now)) return DropReason::IngressCap;

    // Every authenticated packet counts for congestion control, whatever becomes of it.
    if (const auto sequence = rtp::transport_sequence(*packet)) {
        sender.sealed.vouch_for_arrivals(*sequence, sender.arrivals);
        sender.arrivals.record(*sequence, packet->ssrc(), packet->marker(), context.now);
        send_transport_feedback(sender, context);
    }
    const SignalledSsrc* signalled = sender.find(packet->ssrc());
    if (signalled == nullptr) return DropReason::UnknownSource;
    Source& source = *signalled->source;
    if (source.force_muted) return DropReason::ForceMuted;
    IncomingStream& stream = source.encodings[signalled->encoding];
    if (source.is_video() && !signalled->retransmission) take_sealed(sender, *signalled, *packet, context);

    const rtp::PayloadType* type = rtp::payload_type(packet->payload_type());
    if (signalled->retransmission) {
        type = rtp::repaired_by(packet->payload_type());
        if (type == nullptr) return DropReason::UnknownPayloadType;
        const auto original = rtp::decapsulate_rtx(octets, *packet, stream.ssrc, type->number);
        if (!original) return DropReason::PaddingOnly;  // probing
        // RFC 4588 repairs a stream that is known; it cannot begin one.
        if (!stream.started()) return DropReason::TooOld;
        packet = rtp::Packet::parse(*original);
        if (!packet) return DropReason::RtpMalformed;
    }
    if (type == nullptr || (type->channels == 0) != source.is_video()) return DropReason::UnknownPayloadType;
    return take(
        conference,
        {.source = source, .stream = stream, .encoding = signalled->encoding, .packet = *packet, .codec = type->codec},
        context);
}

}  // namespace klassenraum::bridge
