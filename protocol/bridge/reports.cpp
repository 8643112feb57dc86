#include "protocol/bridge/reports.hpp"

#include <array>

#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/limits.hpp"
#include "protocol/rtcp/nack.hpp"

namespace klassenraum::bridge {

namespace {

// Runs write(ByteWriter&) in a slot and sends what it wrote; false when there was nothing to send or nowhere to.
template <typename Write>
bool send_rtcp(Endpoint& to, Context& context, Write&& write) {
    const Address* destination = to.link->destination();
    if (destination == nullptr) return false;
    MutableBytes slot = context.out.datagrams.acquire();
    ByteWriter out(slot.first(rtcp::kMaxRtcpSize));
    write(out);
    if (!out.ok() || out.position() == 0) return false;
    const std::optional<std::size_t> length = to.link->protect_rtcp(slot, out.position());
    if (!length) return false;
    context.out.datagrams.commit(*destination, *length);
    ++context.counters.rtcp_sent;
    return true;
}

void pass_on(
    Endpoint& receiver, Stream& stream, const rtcp::SenderReport& report, std::uint32_t timestamp, Context& context) {
    const bool sent = send_rtcp(receiver, context, [&](ByteWriter& out) {
        rtcp::write_sender_report(out, {.ssrc = stream.ssrc,
                                        .ntp = report.ntp,
                                        .rtp_timestamp = timestamp,
                                        .packet_count = stream.packets_sent,
                                        .octet_count = stream.octets_sent});
    });
    if (!sent) return;
    stream.reports[stream.next_report] = {.compact_ntp = report.ntp.compact(), .at = context.now};
    stream.next_report = (stream.next_report + 1) % stream.reports.size();
}

}  // namespace

void send_receiver_reports(Endpoint& sender, Context& context) {
    std::array<rtcp::ReportBlock, rtcp::kMaxReportBlocks> blocks;
    std::size_t count = 0;
    for (const auto& source : sender.sources) {
        for (IncomingStream& encoding : source->encodings) {
            if (!encoding.active || count == blocks.size()) continue;
            if (const auto block = encoding.reception.report(encoding.ssrc, context.now)) blocks[count++] = *block;
        }
    }
    if (count == 0) return;
    send_rtcp(sender, context, [&](ByteWriter& out) {
        rtcp::write_receiver_report(out, sender.feedback_video_ssrc, std::span(blocks).first(count));
    });
}

void send_transport_feedback(Endpoint& sender, Context& context) {
    if (!sender.arrivals.due(context.now)) return;
    while (send_rtcp(sender, context, [&](ByteWriter& out) {
        sender.arrivals.write_feedback(out, sender.feedback_video_ssrc, context.now);
    })) {
    }
}

void send_nacks(Source& source, Context& context) {
    std::array<std::uint16_t, LossList::kMaxMissing> sequences;
    const std::uint32_t ours = source.is_video() ? source.owner.feedback_video_ssrc : source.owner.feedback_audio_ssrc;
    for (IncomingStream& encoding : source.encodings) {
        if (encoding.losses.empty()) continue;
        const std::size_t count = encoding.losses.due(context.now, source.owner.downlink.rtt(), sequences);
        if (count == 0) continue;
        const bool sent = send_rtcp(source.owner, context, [&](ByteWriter& out) {
            rtcp::write_nack(out, ours, encoding.ssrc, std::span(sequences).first(count));
        });
        if (sent) context.counters.nacks_sent += count;
    }
}

void send_keyframe_request(Source& source, Context& context) {
    if (source.keyframes.deadline()) source.owner.resting = false;
    const std::optional<std::size_t> encoding = source.keyframes.expire(context.now);
    if (!encoding || *encoding >= source.encodings.size()) return;
    const bool sent = send_rtcp(source.owner, context, [&](ByteWriter& out) {
        rtcp::write_pli(out, source.owner.feedback_video_ssrc, source.encodings[*encoding].ssrc);
    });
    if (sent) ++context.counters.keyframe_requests_sent;
}

void forward_sender_report(Source& source, std::uint8_t encoding, const rtcp::SenderReport& report, Context& context) {
    for (Subscription& subscription : source.subscriptions) {
        if (AudioStream* audio = subscription.audio; audio != nullptr && audio->packets_sent != 0) {
            const auto timestamp = audio->projection.translate_timestamp(report.rtp_timestamp);
            if (timestamp) pass_on(*subscription.receiver, *audio, report, *timestamp, context);
        }
        if (VideoStream* video = subscription.video; video != nullptr && video->packets_sent != 0) {
            const auto timestamp = video->projection.translate_timestamp(encoding, report.rtp_timestamp);
            if (timestamp) pass_on(*subscription.receiver, *video, report, *timestamp, context);
        }
    }
}

}  // namespace klassenraum::bridge
