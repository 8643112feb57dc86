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
    text.counter("klassenraum_tls_handshakes_delayed_total", "Times newcomers waited because too many came at once.");
    text.sample(listener.handshakes_delayed);
    text.counter("klassenraum_websockets_opened_total", "WebSockets that were upgraded.");
    text.sample(listener.sockets_opened);
    text.counter("klassenraum_http_requests_total", "HTTP requests read.");
    text.sample(listener.requests);
    text.counter("klassenraum_http_refused_total", "HTTP requests the listener refused.");
    text.sample(listener.refused_requests);
    text.counter("klassenraum_websockets_overrun_total", "WebSockets closed because they broke a bound.");
    text.sample(listener.sockets_overrun);
    text.gauge("klassenraum_turn_connections", "TCP connections that speak TURN.");
    text.sample(listener.relays);
    text.counter("klassenraum_turn_dropped_total", "Frames given up because a TURN client's line was full.");
    text.sample(listener.relay_dropped);
    text.gauge("klassenraum_sctp_associations", "Data channel associations.");
    text.sample(stack.associations());
    text.counter("klassenraum_sctp_refused_total", "Data channel messages and channels refused.");
    text.sample(stack.counters().refused);
}

// What large rooms and narrow lines leave of the voices.
void write_voices(Text& text, const Workers& workers) {
    text.counter("klassenraum_voices_not_loud_total", "Voice packets that were not among the loudest of a large room.");
    per_worker(text, workers, &Counters::voices_not_loud);
    text.counter("klassenraum_voices_held_back_total", "Voice packets for which a receiver's line had no room.");
    per_worker(text, workers, &Counters::voices_held_back);
    text.counter("klassenraum_voice_slots_remapped_total", "Times a receiver's audio SSRC was given another voice.");
    per_worker(text, workers, &Counters::voice_slots_remapped);
    text.counter("klassenraum_redundancy_stripped_total", "Voice packets sent without their redundancy (RED).");
    per_worker(text, workers, &Counters::redundancy_stripped);
}

// What each receiver's line and the machine leave of the pictures.
void write_pictures(Text& text, const Workers& workers) {
    text.counter("klassenraum_layers_raised_total", "Switches of a receiver to a better layer of a picture.");
    per_worker(text, workers, &Counters::layers_raised);
    text.counter("klassenraum_layers_lowered_total", "Switches of a receiver to a lesser layer of a picture.");
    per_worker(text, workers, &Counters::layers_lowered);
    text.counter("klassenraum_videos_suspended_total", "Times a receiver's line did not carry a wanted picture.");
    per_worker(text, workers, &Counters::videos_suspended);
    text.counter("klassenraum_probes_total", "Probe clusters sent to find out what a line carries.");
    per_worker(text, workers, &Counters::probes_begun);
    text.counter("klassenraum_probe_packets_total", "Packets that were sent for probe clusters alone.");
    per_worker(text, workers, &Counters::probe_packets_sent);
    text.counter("klassenraum_padding_packets_total", "Packets that were sent to prove a line towards the next layer.");
    per_worker(text, workers, &Counters::padding_packets_sent);
    text.counter("klassenraum_pacer_delayed_total", "Packets that waited for their turn on a receiver's line.");
    per_worker(text, workers, &Counters::pacer_delayed);
    text.counter("klassenraum_pacer_delayed_microseconds_total", "How long they waited, all together.");
    per_worker(text, workers, &Counters::pacer_delayed_us);
    text.counter("klassenraum_pacer_dropped_total", "Packets that waited in vain or found no place to wait.");
    per_worker(text, workers, &Counters::pacer_dropped);
    text.gauge("klassenraum_worker_cpu_permille", "Of a core, taken by the worker's thread in the last second.");
    per_worker(text, workers, &Counters::cpu_permille);
    text.gauge("klassenraum_overload_level", "0: everything is shown; each step up shows receivers less.");
    per_worker(text, workers, &Counters::overload_level);
    text.gauge("klassenraum_overload_full", "1: the machine takes no further lesson.");
    per_worker(text, workers, &Counters::overload_full);
    text.counter("klassenraum_overload_steps_total", "Changes of the overload level.");
    per_worker(text, workers, &Counters::overload_steps);
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
    text.counter("klassenraum_rtp_received_total", "RTP packets, authenticated or left encrypted.");
    per_worker(text, workers, &Counters::packets_received);
    text.counter("klassenraum_rtp_left_encrypted_total",
                 "RTP packets of layers that nobody takes: counted, not decrypted.");
    per_worker(text, workers, &Counters::packets_left_sealed);
    text.counter("klassenraum_rtp_forwarded_total", "RTP packets forwarded, one per receiver.");
    per_worker(text, workers, &Counters::packets_forwarded);
    text.counter("klassenraum_rtp_forwarded_bytes_total", "Octets of RTP forwarded.");
    per_worker(text, workers, &Counters::bytes_forwarded);
    text.counter("klassenraum_rtp_received_bytes_total", "Octets of authenticated RTP.");
    per_worker(text, workers, &Counters::bytes_received);
    text.gauge("klassenraum_conferences", "Rooms with media.");
    per_worker(text, workers, &Counters::conferences);
    text.counter("klassenraum_retransmissions_refused_total", "Repetitions refused: too soon, unknown or over budget.");
    per_worker(text, workers, &Counters::retransmissions_refused);
    text.counter("klassenraum_nacks_sent_total", "Sequence numbers asked of senders.");
    per_worker(text, workers, &Counters::nacks_sent);
    text.counter("klassenraum_nacks_received_total", "Sequence numbers receivers asked for.");
    per_worker(text, workers, &Counters::nacks_received);
    text.counter("klassenraum_keyframe_requests_received_total", "Key frames receivers asked for.");
    per_worker(text, workers, &Counters::keyframe_requests_received);
    text.counter("klassenraum_keyframe_requests_sent_total", "Key frames asked of senders.");
    per_worker(text, workers, &Counters::keyframe_requests_sent);
    text.counter("klassenraum_rtcp_received_total", "Authenticated RTCP packets.");
    per_worker(text, workers, &Counters::rtcp_received);
    text.counter("klassenraum_rtcp_sent_total", "RTCP packets sent.");
    per_worker(text, workers, &Counters::rtcp_sent);
    text.counter("klassenraum_channel_messages_received_total", "Messages on bridge channels.");
    per_worker(text, workers, &Counters::channel_messages_received);
    text.counter("klassenraum_channel_messages_sent_total", "Messages sent on bridge channels.");
    per_worker(text, workers, &Counters::channel_messages_sent);
    text.counter("klassenraum_channel_messages_refused_total", "Bridge channel messages malformed or too many.");
    per_worker(text, workers, &Counters::channel_messages_refused);
    text.counter("klassenraum_commands_refused_total", "Orders of the focus that hit a bound of the bridge.");
    per_worker(text, workers, &Counters::commands_refused);
    text.counter("klassenraum_dtls_connected_total", "DTLS handshakes that were completed.");
    per_worker(text, workers, &Counters::dtls_connected);
    write_voices(text, workers);
    write_pictures(text, workers);
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


std::uint64_t total(const Workers& workers, metrics::Counter Counters::*member) {
    std::uint64_t sum = 0;
    for (const auto& worker : workers) sum += (worker->counters().*member).value();
    return sum;
}

void write_process(Text& text, const ProcessFacts& facts) {
    text.gauge("klassenraum_uptime_seconds", "Since this process began.");
    text.sample(facts.uptime_s);
    text.gauge("klassenraum_ready", "1: takes new rooms; 0: drains or is broken.");
    text.sample(facts.ready ? 1 : 0);
    text.gauge("klassenraum_draining", "1: rooms end one by one and no new ones open.");
    text.sample(facts.draining ? 1 : 0);
    text.gauge("klassenraum_degraded", "1: `klassenraum status` has a complaint.");
    text.sample(facts.degraded ? 1 : 0);
    text.gauge("klassenraum_config_reload_failed", "1: the last reload was refused and the old configuration is kept.");
    text.sample(facts.reload_failed ? 1 : 0);
    text.gauge("klassenraum_certificate_expiry_seconds", "Unix time at which the certificate ends; 0: unknown.");
    text.sample(static_cast<std::uint64_t>(facts.certificate_ends_s));
    text.gauge("klassenraum_egress_bits_per_second", "UDP payload sent in the last second.");
    text.sample(facts.egress_bps);
    text.gauge("klassenraum_worker_alive", "1: the worker's loop turns.");
    for (std::size_t i = 0; i < facts.workers_alive.size(); ++i)
        text.sample("worker", i, facts.workers_alive[i] ? 1 : 0);
}

// The names that boards made for Jitsi Videobridge ask for; only where ours means the same.
void write_jitsi(Text& text, const ProcessFacts& facts, const Workers& workers) {
    text.gauge("jitsi_jvb_conferences", "As klassenraum_conferences, all workers together.");
    text.sample(total(workers, &Counters::conferences));
    text.gauge("jitsi_jvb_participants", "As klassenraum_endpoints, all workers together.");
    text.sample(total(workers, &Counters::endpoints));
    text.gauge("jitsi_jvb_local_endpoints", "The same: there are no other bridges.");
    text.sample(total(workers, &Counters::endpoints));
    text.counter("jitsi_jvb_packets_received_total", "Authenticated RTP packets.");
    text.sample(total(workers, &Counters::packets_received));
    text.counter("jitsi_jvb_packets_sent_total", "RTP packets forwarded and repeated.");
    text.sample(total(workers, &Counters::packets_forwarded) + total(workers, &Counters::retransmissions_sent));
    text.counter("jitsi_jvb_bytes_received_total", "Octets of authenticated RTP.");
    text.sample(total(workers, &Counters::bytes_received));
    text.counter("jitsi_jvb_bytes_sent_total", "Octets of RTP forwarded.");
    text.sample(total(workers, &Counters::bytes_forwarded));
    text.counter("jitsi_jvb_keyframes_requested_total", "Key frames asked of senders.");
    text.sample(total(workers, &Counters::keyframe_requests_sent));
    text.counter("jitsi_jvb_dtls_connected_total", "DTLS handshakes that were completed.");
    text.sample(total(workers, &Counters::dtls_connected));
    text.gauge("jitsi_jvb_healthy", "1: every worker turns.");
    text.sample(facts.ready || facts.draining ? 1 : 0);
    text.gauge("jitsi_jvb_draining", "As klassenraum_draining.");
    text.sample(facts.draining ? 1 : 0);
}

}  // namespace

std::string metrics_page(const ProcessFacts& facts,
                         const http::ListenerCounters& listener,
                         const sctp::Stack& stack,
                         const Workers& workers) {
    Text text;
    write_process(text, facts);
    write_front(text, listener, stack);
    write_workers(text, workers);
    write_drops(text, workers);
    write_jitsi(text, facts, workers);
    return text.text();
}

std::string colibri_stats(const ProcessFacts& facts, const Workers& workers) {
    std::string text = "{";
    const auto add = [&text](std::string_view name, std::uint64_t value) {
        text.append(text.size() > 1 ? "," : "").append("\"").append(name).append("\":").append(std::to_string(value));
    };
    add("conferences", total(workers, &Counters::conferences));
    add("participants", total(workers, &Counters::endpoints));
    add("endpoints", total(workers, &Counters::endpoints));
    add("threads", workers.size() + 2);  // with the front and the pool
    add("bit_rate_upload", facts.egress_bps / 1000);
    add("total_packets_received", total(workers, &Counters::packets_received));
    add("total_packets_sent", total(workers, &Counters::packets_forwarded));
    add("total_bytes_received", total(workers, &Counters::bytes_received));
    add("total_bytes_sent", total(workers, &Counters::bytes_forwarded));
    add("total_failed_conferences", 0);
    text += std::string(",\"healthy\":") + (facts.ready || facts.draining ? "true" : "false");
    text += std::string(",\"drain\":") + (facts.draining ? "true" : "false");
    text += std::string(",\"graceful_shutdown\":") + (facts.draining ? "true" : "false");
    return text + ",\"version\":\"klassenraum\"}\n";
}

}  // namespace klassenraum::app
