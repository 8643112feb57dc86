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
    std::array<metrics::Counter, static_cast<std::size_t>(DropReason::Count)> drops;
    metrics::Counter alive;  // grows with each publication: the watchdog looks at it
};

}  // namespace klassenraum::worker
