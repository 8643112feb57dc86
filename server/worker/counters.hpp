// What a worker lets the front read for the metrics page: written by the worker's thread about once a second.
#pragma once

#include <array>

#include "protocol/core/drop_reason.hpp"
#include "server/metrics/counters.hpp"

namespace klassenraum::worker {

struct Counters {
    metrics::Counter datagrams_received;
    metrics::Counter datagrams_sent;
    metrics::Counter bytes_sent;
    metrics::Counter sends;          // system-call messages; fewer than datagrams_sent thanks to segmentation
    metrics::Counter sends_dropped;  // the socket's buffer was full
    metrics::Counter kernel_drops;   // before we could read
    metrics::Counter inputs;         // values from the front
    metrics::Counter turn_us_max;    // longest turn of the last second
    metrics::Counter rooms;
    metrics::Counter sessions;
    metrics::Counter endpoints;
    metrics::Counter packets_received;
    metrics::Counter packets_left_sealed;
    metrics::Counter packets_forwarded;
    metrics::Counter bytes_forwarded;
    metrics::Counter retransmissions_sent;
    metrics::Counter transports_failed;
    metrics::Counter bytes_received;
    metrics::Counter conferences;
    metrics::Counter retransmissions_refused;
    metrics::Counter nacks_sent;
    metrics::Counter nacks_received;
    metrics::Counter keyframe_requests_received;
    metrics::Counter keyframe_requests_sent;
    metrics::Counter rtcp_received;
    metrics::Counter rtcp_sent;
    metrics::Counter channel_messages_received;
    metrics::Counter channel_messages_sent;
    metrics::Counter channel_messages_refused;
    metrics::Counter commands_refused;
    metrics::Counter dtls_connected;
    metrics::Counter layers_raised;
    metrics::Counter layers_lowered;
    metrics::Counter videos_suspended;
    metrics::Counter voices_not_loud;
    metrics::Counter voices_held_back;
    metrics::Counter voice_slots_remapped;
    metrics::Counter redundancy_stripped;
    metrics::Counter probes_begun;
    metrics::Counter probe_packets_sent;
    metrics::Counter padding_packets_sent;
    metrics::Counter pacer_delayed;
    metrics::Counter pacer_delayed_us;
    metrics::Counter pacer_dropped;
    metrics::Counter cpu_permille;  // of a core, by the worker's thread in the last second
    metrics::Counter overload_level;
    metrics::Counter overload_full;
    metrics::Counter overload_steps;
    std::array<metrics::Counter, static_cast<std::size_t>(DropReason::Count)> drops;
    metrics::Counter alive;  // grows with each publication: the watchdog looks at it
};

}  // namespace klassenraum::worker
