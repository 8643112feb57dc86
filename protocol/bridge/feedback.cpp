#include "protocol/bridge/feedback.hpp"

#include <algorithm>

#include "protocol/bridge/reports.hpp"
#include "protocol/bridge/router.hpp"
#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/ntp.hpp"
#include "protocol/rtcp/remb.hpp"
#include "protocol/rtcp/report.hpp"

namespace klassenraum::bridge {

namespace {

void take_sender_report(Endpoint& sender, const rtcp::SenderReport& report, Context& context) {
    const SignalledSsrc* signalled = sender.find(report.ssrc);
    if (signalled == nullptr || signalled->retransmission || signalled->source->force_muted) return;
    Source& source = *signalled->source;
    source.encodings[signalled->encoding].reception.record(report, context.now);
    if (source.parser) source.parser->clock().record(signalled->encoding, report.rtp_timestamp, report.ntp.value);
    forward_sender_report(source, signalled->encoding, report, context);
}

// RFC 3550 §6.4.1, with our own clock at both ends: when we passed the report on, and when the answer came.
void take_round_trip(Endpoint& receiver, const rtcp::ReportBlock& block, Context& context) {
    const Stream* stream = receiver.video.find(block.ssrc);
    if (stream == nullptr) stream = receiver.audio.find(block.ssrc);
    if (stream == nullptr || block.last_sender_report == 0) return;
    for (const Stream::PassedReport& passed : stream->reports) {
        if (passed.compact_ntp != block.last_sender_report) continue;
        const Duration sample = context.now - passed.at - rtcp::from_compact(block.delay_since_sender_report);
        return receiver.downlink.take_round_trip(sample);
    }
}

void take_nack(Endpoint& receiver, const rtcp::Nack& nack, Context& context) {
    VideoStream* video = receiver.video.find(nack.media_ssrc);
    AudioStream* audio = video == nullptr ? receiver.audio.find(nack.media_ssrc) : nullptr;
    if (video == nullptr && audio == nullptr) return;
    nack.for_each([&](std::uint16_t sequence) {
        ++context.counters.nacks_received;
        const bool sent = video != nullptr ? retransmit(receiver, *video, sequence, context)
                                           : retransmit(receiver, *audio, sequence, context);
        ++(sent ? context.counters.retransmissions_sent : context.counters.retransmissions_refused);
    });
}

void take_keyframe_request(Endpoint& receiver, std::uint32_t media_ssrc, Context& context) {
    VideoStream* stream = receiver.video.find(media_ssrc);
    if (stream == nullptr || stream->source == nullptr || !stream->wanted) return;
    ++context.counters.keyframe_requests_received;
    // The encoding it sees, or the one it waits for.
    std::optional<std::uint8_t> encoding = stream->projection.encoding();
    if (!encoding) encoding = stream->projection.needs_key_frame();
    if (!encoding && stream->projection.target()) encoding = stream->projection.target()->encoding;
    // What was asked before the last key frame can have come there, or while the next one is due, is no new wish.
    const bool answered =
        stream->key_frame_sent && context.now - *stream->key_frame_sent < receiver.downlink.answer_time();
    if (answered || stream->source->keyframes.pending(encoding.value_or(0), context.now)) return;
    if (!stream->allowance.take(context.now)) return;
    stream->source->keyframes.request(encoding.value_or(0), context.now);
    send_keyframe_request(*stream->source, context);
}

// What the receiver itself estimated: all there is when it sends no transport-wide feedback.
void take_remb(Endpoint& receiver, std::uint64_t bitrate_bps, Context& context) {
    constexpr std::uint64_t kMostBelieved = 1'000'000'000;
    receiver.downlink.estimator.remb(static_cast<bwe::BitsPerSecond>(std::min(bitrate_bps, kMostBelieved)),
                                     context.now);
    receiver.resting = false;
}

void take_bye(Conference& conference, Endpoint& sender, const rtcp::Goodbye& bye) {
    for (std::size_t i = 0; i < bye.count; ++i) {
        const SignalledSsrc* signalled = sender.find(bye.ssrcs[i]);
        if (signalled == nullptr || signalled->retransmission) continue;
        // The source stays signalled and may come back; until then the allocator does without this encoding.
        signalled->source->encodings[signalled->encoding].active = false;
        signalled->source->rates.forget(signalled->encoding);
        conference.mark_dirty();
    }
}

void take_member(Conference& conference, Endpoint& sender, const rtcp::Member& member, Context& context) {
    if (member.is(rtcp::Type::SenderReport)) {
        if (const auto report = rtcp::parse_sender_report(member)) take_sender_report(sender, *report, context);
    }
    if (member.is(rtcp::Type::SenderReport) || member.is(rtcp::Type::ReceiverReport)) {
        const auto blocks = rtcp::parse_report_blocks(member);
        if (!blocks) return;
        for (const rtcp::ReportBlock& block : *blocks) take_round_trip(sender, block, context);
    } else if (member.is(rtcp::TransportFormat::TransportCc)) {
        const auto feedback = rtcp::TransportCcFeedback::parse(member);
        const bwe::BitsPerSecond before = sender.downlink.estimator.estimate();
        if (feedback) sender.downlink.take(*feedback, context.now, context.workspace);
        // Layers may have to be chosen anew.
        if (sender.downlink.estimator.estimate() != before) sender.resting = false;
    } else if (member.is(rtcp::TransportFormat::Nack)) {
        if (const auto nack = rtcp::parse_nack(member)) take_nack(sender, *nack, context);
    } else if (member.is(rtcp::PayloadFormat::Pli)) {
        if (const auto pli = rtcp::parse_pli(member)) take_keyframe_request(sender, pli->media_ssrc, context);
    } else if (member.is(rtcp::PayloadFormat::Application)) {
        if (const auto remb = rtcp::parse_remb(member)) take_remb(sender, remb->bitrate_bps, context);
    } else if (member.is(rtcp::PayloadFormat::Fir)) {
        const auto fir = rtcp::parse_fir(member);
        for (std::size_t i = 0; fir && i < fir->count; ++i) {
            take_keyframe_request(sender, fir->entries[i].media_ssrc, context);
        }
    } else if (member.is(rtcp::Type::Bye)) {
        if (const auto bye = rtcp::parse_bye(member)) take_bye(conference, sender, *bye);
    }
}

}  // namespace

DropReason receive_rtcp(Conference& conference, Endpoint& sender, ByteView datagram, Context& context) {
    ++context.counters.rtcp_received;
    sender.downlink.estimator.prefetch_feedback();
    if (!sender.ingress.take(static_cast<std::uint32_t>(datagram.size()), context.now)) return DropReason::IngressCap;
    rtcp::Compound compound(datagram);
    while (const std::optional<rtcp::Member> member = compound.next()) {
        take_member(conference, sender, *member, context);
    }
    return compound.malformed() ? DropReason::RtcpMalformed : DropReason::None;
}

}  // namespace klassenraum::bridge
