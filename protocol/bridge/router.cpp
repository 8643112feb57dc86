#include "protocol/bridge/router.hpp"

#include <algorithm>
#include <array>

#include "protocol/bridge/pacing.hpp"
#include "protocol/bridge/reports.hpp"
#include "protocol/rtp/forward.hpp"
#include "protocol/rtp/padding.hpp"
#include "protocol/rtp/red.hpp"

namespace klassenraum::bridge {

namespace {

// Voice is counted for congestion control too: it gives feedback while nobody shows anything.
rtp::ForwardExtensions extensions_for(const Endpoint& receiver, rtp::ExtensionSet accepted, Instant now) {
    rtp::ForwardExtensions extensions;
    extensions.accepted = accepted;
    if (accepted.has(rtp::kTransportCcId)) {
        extensions.transport_sequence = receiver.downlink.next_sequence();
    } else if (accepted.has(rtp::kAbsSendTimeId)) {
        extensions.abs_send_time = rtp::abs_send_time(now);
    }
    return extensions;
}

// RFC 2198 for receivers that know nothing of it: the primary block alone, as the opus packet it would have been.
using Scratch = std::array<std::uint8_t, kDatagramCapacity>;

std::optional<rtp::Packet> without_redundancy(const rtp::Packet& packet, Scratch& scratch) {
    const std::optional<rtp::RedPayload> red = rtp::parse_red(packet.payload());
    if (!red || red->count == 0) return std::nullopt;
    ByteWriter out(scratch);
    out.bytes(packet.octets().first(packet.header_size()));
    out.bytes(red->primary().data);
    if (!out.ok()) return std::nullopt;
    scratch[0] = static_cast<std::uint8_t>(scratch[0] & ~0x20U);  // the padding stayed behind
    rtp::set_payload_type(out.written(), red->primary().payload_type);
    return rtp::Packet::parse(out.written());
}

DropReason protect_and_send(Endpoint& receiver,
                            const rtp::ForwardExtensions& extensions,
                            MutableBytes slot,
                            std::size_t size,
                            Context& context) {
    const Address* destination = receiver.link->destination();
    if (destination == nullptr || size == 0) return DropReason::SrtpNotReady;
    const std::optional<std::size_t> length = receiver.link->protect_rtp(slot, size);
    if (!length) return DropReason::SrtpNotReady;
    context.out.datagrams.commit(*destination, *length);
    receiver.pacer.sent(*length);
    if (extensions.transport_sequence) receiver.downlink.sent(*length, context.now);
    return DropReason::None;
}

void account(Stream& stream, const rtp::Packet& packet, std::size_t size, Context& context) {
    stream.last_sent = context.now;
    ++stream.packets_sent;
    stream.octets_sent += static_cast<std::uint32_t>(packet.payload().size());
    ++context.counters.packets_forwarded;
    context.counters.bytes_forwarded += size;
}

DropReason forward(const Subscription& subscription,
                   const rtp::Packet& packet,
                   const projection::AudioPacket& audio,
                   const VoiceAdmission& admission,
                   Context& context) {
    AudioStream& stream = *subscription.audio;
    Endpoint& receiver = *subscription.receiver;
    if (!stream.ready(context.now)) return DropReason::NotAnnounced;
    // A client takes an SSRC on which nothing ever came for one that its browser lost, and renegotiates
    // (jitsi-media.md 1.7): each slot gets a first packet, loud or not.
    const bool unused = receiver.ssrc_rewriting && stream.packets_sent == 0;
    const bool admitted = receiver.voice_fit.admits(admission) || stream.chosen;
    if (stream.wanted && admission.everyone && !admitted) ++context.counters.voices_held_back;
    if (!stream.wanted || !(admitted || unused)) {
        stream.projection.skip(audio);
        return DropReason::NotSubscribed;
    }
    const auto output = stream.projection.project(audio, context.now);
    if (!output) return output.error();
    const rtp::ForwardHeader header{.ssrc = stream.ssrc,
                                    .timestamp = output->timestamp,
                                    .sequence = output->sequence,
                                    .payload_type = packet.payload_type(),
                                    .marker = output->marker,
                                    .original_sequence = std::nullopt};
    const auto extensions = extensions_for(receiver, receiver.audio_extensions, context.now);
    MutableBytes slot = context.out.datagrams.acquire();
    const rtp::Written written = rtp::write_forwarded(packet, header, extensions, slot);
    stream.history.note({.at = context.now,
                         .header = header,
                         .transport_sequence = extensions.transport_sequence,
                         .abs_send_time = extensions.abs_send_time});
    const DropReason drop = protect_and_send(receiver, extensions, slot, written.size, context);
    if (drop != DropReason::None) return drop;
    receiver.downlink.sent_voice(written.size, context.now);
    receiver.voice_fit.sent(written.size);
    account(stream, packet, written.size, context);
    return drop;
}

// A projection that waits for a key frame says so once; the source's requester repeats and merges the wishes.
void ask_for_key_frame(Source& source, VideoStream& stream, Context& context) {
    const std::optional<std::uint8_t> wanted = stream.projection.needs_key_frame();
    if (wanted == stream.asked) return;
    stream.asked = wanted;
    if (!wanted) return;
    source.wishes_changed();
    source.keyframes.request(*wanted, context.now);
    send_keyframe_request(source, context);
}

// Only the first packet of one says what it is.
void note_key_frame(VideoStream& stream, const rtp::Packet& packet, const projection::VideoPacket& video, Instant now) {
    if (video.key_frame) stream.key_frame_timestamp = packet.timestamp();
    if (packet.timestamp() == stream.key_frame_timestamp) stream.key_frame_sent = now;
}

DropReason forward(const Subscription& subscription,
                   const rtp::Packet& packet,
                   const projection::VideoPacket& video,
                   Context& context) {
    VideoStream& stream = *subscription.video;
    Endpoint& receiver = *subscription.receiver;
    if (!stream.wanted) return DropReason::NotSubscribed;
    if (!stream.ready(context.now)) return DropReason::NotAnnounced;
    const auto output = stream.projection.project(video, context.now);
    ask_for_key_frame(*stream.source, stream, context);
    if (!output) return output.error();
    note_key_frame(stream, packet, video, context.now);
    if (may_go_at_once(receiver, context.now)) return send_picture(receiver, stream, packet, video, *output, context);
    hold_back(receiver, stream, packet, video, *output, context);
    return DropReason::None;
}

}  // namespace

DropReason send_picture(Endpoint& receiver,
                        VideoStream& stream,
                        const rtp::Packet& packet,
                        const projection::VideoPacket& video,
                        const projection::Projection& projection,
                        Context& context) {
    const rtp::ForwardHeader header{
        .ssrc = stream.ssrc, .payload_type = packet.payload_type(), .original_sequence = std::nullopt};
    const auto extensions = extensions_for(receiver, receiver.video_extensions, context.now);
    MutableBytes slot = context.out.datagrams.acquire();
    const rtp::Written written = projection::write_projected(packet, video, projection, header, extensions, slot);
    const std::size_t size = rtp::add_padding(slot, written.size, context.evening);
    const DropReason drop = protect_and_send(receiver, extensions, slot, size, context);
    note_key_frame(stream, packet, video, context.now);  // it may have waited
    if (drop == DropReason::None) account(stream, packet, size, context);
    return drop;
}

void forward_audio(Source& source,
                   const rtp::Packet& packet,
                   const projection::AudioPacket& audio,
                   rtp::Codec codec,
                   const VoiceAdmission& admission,
                   Context& context) {
    Scratch scratch;
    std::optional<rtp::Packet> primary;  // made when the first receiver needs it
    for (const Subscription& subscription : source.subscriptions) {
        Endpoint& receiver = *subscription.receiver;
        if (admission.everyone && subscription.audio->wanted) receiver.voice_fit.offered(packet.octets().size());
        const bool plain = codec == rtp::Codec::Red && receiver.accepts(rtp::Codec::Opus) &&
                           (receiver.voice_fit.plain() || !receiver.accepts(codec));
        DropReason drop = DropReason::ReceiverLacksCodec;
        if (!receiver.connected) {
            drop = DropReason::SrtpNotReady;
        } else if (plain) {
            if (!primary) primary = without_redundancy(packet, scratch);
            drop = primary ? forward(subscription, *primary, audio, admission, context) : DropReason::RtpMalformed;
            if (drop == DropReason::None) ++context.counters.redundancy_stripped;
        } else if (receiver.accepts(codec)) {
            drop = forward(subscription, packet, audio, admission, context);
        }
        if (drop != DropReason::None) count(context.counters.drops, drop);
    }
}

void forward_video(const Subscription& subscription,
                   const rtp::Packet& packet,
                   const projection::VideoPacket& video,
                   Context& context) {
    const Endpoint& receiver = *subscription.receiver;
    DropReason drop = DropReason::ReceiverLacksCodec;
    if (!receiver.connected) {
        drop = DropReason::SrtpNotReady;
    } else if (receiver.accepts(video.codec)) {
        drop = forward(subscription, packet, video, context);
    }
    if (drop != DropReason::None) count(context.counters.drops, drop);
}

void forward_video(Source& source, const rtp::Packet& packet, const projection::VideoPacket& video, Context& context) {
    for (const Subscription& subscription : source.subscriptions) forward_video(subscription, packet, video, context);
}

bool retransmit(Endpoint& receiver, AudioStream& stream, std::uint16_t sequence, Context& context) {
    if (stream.source == nullptr || !receiver.retransmissions.take(1, context.now)) return false;
    const std::optional<SentVoice> as_sent = stream.history.find(sequence, stream.ssrc);
    if (!as_sent) return false;
    const std::optional<std::uint16_t> original = stream.projection.locate(sequence);
    if (!original || context.now - as_sent->at > kVoicePatience) return false;
    if (!stream.repeats.allow(sequence, receiver.downlink.answer_time(), context.now)) return false;
    auto packet = rtp::Packet::parse(stream.source->cache.find(0, *original, context.now));
    if (!packet) return false;
    Scratch scratch;
    const rtp::PayloadType* type = rtp::payload_type(packet->payload_type());
    const bool as_it_is = packet->payload_type() == as_sent->header.payload_type;
    if (type != nullptr && type->codec == rtp::Codec::Red && !as_it_is) {
        packet = without_redundancy(*packet, scratch);
        if (!packet) return false;
    }
    if (packet->payload_type() != as_sent->header.payload_type) return false;
    // opus has no retransmission payload type: the packet itself goes again, with the header it had.
    rtp::ForwardExtensions extensions;
    extensions.accepted = receiver.audio_extensions;
    extensions.transport_sequence = as_sent->transport_sequence;
    extensions.abs_send_time = as_sent->abs_send_time;
    MutableBytes slot = context.out.datagrams.acquire();
    const rtp::Written written = rtp::write_forwarded(*packet, as_sent->header, extensions, slot);
    extensions.transport_sequence.reset();  // counted when it went out first
    return protect_and_send(receiver, extensions, slot, written.size, context) == DropReason::None;
}

bool retransmit(Endpoint& receiver, VideoStream& stream, std::uint16_t sequence, Context& context) {
    if (stream.source == nullptr || !stream.wanted || !receiver.retransmissions.take(1, context.now)) return false;
    const auto input = stream.projection.locate(sequence);
    if (!input) return false;
    const std::size_t size = stream.source->cache.find(input->encoding, input->sequence, context.now).size();
    if (size == 0 || !receiver.downlink.may_repeat(size, context.now)) return false;
    if (!stream.repeats.allow(sequence, receiver.downlink.answer_time(), context.now)) return false;
    if (may_go_at_once(receiver, context.now)) return repeat(receiver, stream, sequence, context) != 0;
    return hold_back(receiver, stream, sequence, context);
}

std::size_t repeat(Endpoint& receiver, VideoStream& stream, std::uint16_t sequence, Context& context) {
    if (stream.source == nullptr) return 0;
    const auto input = stream.projection.locate(sequence);
    if (!input) return 0;
    // Of the larger picture that was left for want of room: it would take that of the smaller one's key frame.
    const bool left = receiver.downlink.queueing() && context.now - stream.left_at < kMaxCacheAge;
    if (left && stream.projection.encoding() != input->encoding) return 0;
    const auto packet = rtp::Packet::parse(stream.source->cache.find(input->encoding, input->sequence, context.now));
    if (!packet) return 0;
    const auto video = stream.source->parser->parse(*packet, input->encoding);
    const rtp::PayloadType* type = rtp::payload_type(packet->payload_type());
    // Without RTX nothing is repeated: under its old number the packet would have to be the same octets again.
    if (!video || type == nullptr || stream.rtx_ssrc == 0 || type->rtx == 0) return 0;
    const auto output = stream.projection.project_again(*video, context.now);
    if (!output) return 0;
    const rtp::ForwardHeader header{.ssrc = stream.rtx_ssrc,
                                    .sequence = stream.rtx_sequence++,
                                    .payload_type = type->rtx,
                                    .original_sequence = output->sequence};
    const auto extensions = extensions_for(receiver, receiver.video_extensions, context.now);
    MutableBytes slot = context.out.datagrams.acquire();
    const rtp::Written written = projection::write_projected(*packet, *video, *output, header, extensions, slot);
    const DropReason drop = protect_and_send(receiver, extensions, slot, written.size, context);
    return drop == DropReason::None ? written.size : 0;
}

std::size_t send_padding(Endpoint& receiver, Context& context) {
    constexpr std::uint8_t kPadding = 255;
    constexpr std::uint32_t kFrame = 3000;
    const auto type = std::find_if(rtp::kPayloadTypes.begin(), rtp::kPayloadTypes.end(), [&](const auto& candidate) {
        return candidate.channels == 0 && receiver.accepts(candidate.codec);
    });
    if (type == rtp::kPayloadTypes.end()) return 0;
    const rtp::ForwardHeader header{.ssrc = receiver.feedback_video_ssrc,
                                    .timestamp = receiver.downlink.padding_timestamp += kFrame,
                                    .sequence = ++receiver.downlink.padding_sequence,
                                    .payload_type = type->number,
                                    .original_sequence = std::nullopt};
    const auto extensions = extensions_for(receiver, receiver.video_extensions, context.now);
    MutableBytes slot = context.out.datagrams.acquire();
    const rtp::Written written = rtp::write_padding(header, extensions, kPadding, slot);
    const DropReason drop = protect_and_send(receiver, extensions, slot, written.size, context);
    return drop == DropReason::None ? written.size : 0;
}

}  // namespace klassenraum::bridge
