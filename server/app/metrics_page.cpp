#include "server/app/metrics_page.hpp"

#include "protocol/core/drop_reason.hpp"
#include "server/metrics/prometheus.hpp"

namespace klassenraum::app {
namespace {

using metrics::Name;
using metrics::Text;
using worker::Counters;
using Workers = std::vector<std::unique_ptr<worker::Worker>>;

Name name_of(DropReason reason) {
    switch (reason) {
        case DropReason::None:
            return "none";
        case DropReason::UnknownKind:
            return "unknown_kind";
        case DropReason::UnknownAddress:
            return "unknown_address";
        case DropReason::StunMalformed:
            return "stun_malformed";
        case DropReason::StunUnknownUfrag:
            return "stun_unknown_ufrag";
        case DropReason::StunIntegrity:
            return "stun_integrity";
        case DropReason::StunUnexpected:
            return "stun_unexpected";
        case DropReason::TooManyPairs:
            return "too_many_pairs";
        case DropReason::DtlsBeforeCheck:
            return "dtls_before_check";
        case DropReason::DtlsMalformed:
            return "dtls_malformed";
        case DropReason::SrtpNotReady:
            return "srtp_not_ready";
        case DropReason::SrtpAuthentication:
            return "srtp_authentication";
        case DropReason::SrtpReplay:
            return "srtp_replay";
        case DropReason::RtpMalformed:
            return "rtp_malformed";
        case DropReason::RtcpMalformed:
            return "rtcp_malformed";
        case DropReason::UnknownSource:
            return "unknown_source";
        case DropReason::UnknownPayloadType:
            return "unknown_payload_type";
        case DropReason::ForceMuted:
            return "force_muted";
        case DropReason::PaddingOnly:
            return "padding_only";
        case DropReason::Duplicate:
            return "duplicate";
        case DropReason::TooOld:
            return "too_old";
        case DropReason::NotSubscribed:
            return "not_subscribed";
        case DropReason::LayerNotSelected:
            return "layer_not_selected";
        case DropReason::AwaitingKeyFrame:
            return "awaiting_key_frame";
        case DropReason::Silence:
            return "silence";
        case DropReason::ReceiverLacksCodec:
            return "receiver_lacks_codec";
        case DropReason::NotAnnounced:
            return "not_announced";
        case DropReason::IngressCap:
            return "ingress_cap";
        case DropReason::Count:
            break;
    }
    return "unknown";
}

void per_worker(Text& text, const Workers& workers, metrics::Counter Counters::*member) {
    for (std::size_t i = 0; i < workers.size(); ++i) text.sample("worker", i, (workers[i]->counters().*member).value());
}

void write_front(Text& text, const http::ListenerCounters& listener, const sctp::Stack& stack) {
    text.gauge("klassenraum_tcp_connections", "TCP connections to the HTTPS port.");
    text.sample(listener.connections);
    text.gauge("klassenraum_websockets", "Open WebSockets of both kinds.");
    text.sample(listener.sockets);
    text.counter("klassenraum_tcp_accepted_total", "TCP connections accepted.");
    text.sample(listener.accepted);
    text.counter("klassenraum_tls_handshakes_failed_total", "TLS handshakes that failed or took too long.");
    text.sample(listener.handshakes_failed);
    text.counter("klassenraum_http_requests_total", "HTTP requests read.");
    text.sample(listener.requests);
    text.counter("klassenraum_http_refused_total", "HTTP requests the listener refused.");
    text.sample(listener.refused_requests);
    text.counter("klassenraum_websockets_overrun_total", "WebSockets closed because they broke a bound.");
    text.sample(listener.sockets_overrun);
    text.gauge("klassenraum_sctp_associations", "Data channel associations.");
    text.sample(stack.associations());
    text.counter("klassenraum_sctp_refused_total", "Data channel messages and channels refused.");
    text.sample(stack.counters().refused);
}

void write_workers(Text& text, const Workers& workers) {
    text.gauge("klassenraum_rooms", "Rooms that exist.");
    per_worker(text, workers, &Counters::rooms);
    text.gauge("klassenraum_sessions", "XMPP sessions, resumable ones included.");
    per_worker(text, workers, &Counters::sessions);
    text.gauge("klassenraum_endpoints", "Media endpoints.");
    per_worker(text, workers, &Counters::endpoints);
    text.counter("klassenraum_datagrams_received_total", "UDP datagrams read.");
    per_worker(text, workers, &Counters::datagrams_received);
    text.counter("klassenraum_datagrams_sent_total", "UDP datagrams sent.");
    per_worker(text, workers, &Counters::datagrams_sent);
    text.counter("klassenraum_bytes_sent_total", "Octets of UDP payload sent.");
    per_worker(text, workers, &Counters::bytes_sent);
    text.counter("klassenraum_sends_total",
                 "Messages given to the kernel; segmentation makes them fewer than datagrams.");
    per_worker(text, workers, &Counters::sends);
    text.counter("klassenraum_sends_dropped_total", "Datagrams the kernel had no room to send.");
    per_worker(text, workers, &Counters::sends_dropped);
    text.counter("klassenraum_kernel_drops_total", "Datagrams the kernel dropped before they were read.");
    per_worker(text, workers, &Counters::kernel_drops);
    text.counter("klassenraum_inputs_total", "Values from the front to the shards.");
    per_worker(text, workers, &Counters::inputs);
    text.gauge("klassenraum_turn_microseconds_max", "Longest turn of the worker in the last second.");
    per_worker(text, workers, &Counters::turn_us_max);
    text.counter("klassenraum_rtp_received_total", "Authenticated RTP packets.");
    per_worker(text, workers, &Counters::packets_received);
    text.counter("klassenraum_rtp_forwarded_total", "RTP packets forwarded, one per receiver.");
    per_worker(text, workers, &Counters::packets_forwarded);
    text.counter("klassenraum_rtp_forwarded_bytes_total", "Octets of RTP forwarded.");
    per_worker(text, workers, &Counters::bytes_forwarded);
    text.counter("klassenraum_retransmissions_total", "RTP packets repeated on request.");
    per_worker(text, workers, &Counters::retransmissions_sent);
    text.counter("klassenraum_transports_failed_total", "Media transports that lost consent or failed to connect.");
    per_worker(text, workers, &Counters::transports_failed);
}

void write_drops(Text& text, const Workers& workers) {
    text.counter("klassenraum_drops_total", "Packets not forwarded, by reason.");
    for (std::size_t reason = 1; reason < static_cast<std::size_t>(DropReason::Count); ++reason) {
        std::uint64_t total = 0;
        for (const auto& worker : workers) total += worker->counters().drops[reason].value();
        text.sample("reason", name_of(static_cast<DropReason>(reason)), total);
    }
}

}  // namespace

std::string metrics_page(const http::ListenerCounters& listener, const sctp::Stack& stack, const Workers& workers) {
    Text text;
    write_front(text, listener, stack);
    write_workers(text, workers);
    write_drops(text, workers);
    return text.text();
}

}  // namespace klassenraum::app
