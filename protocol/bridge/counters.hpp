// Numbers about the whole bridge since its start: what was forwarded, repaired and refused. They name nobody and no
// room, so that metrics may show them.
#pragma once

#include <cstdint>

#include "protocol/core/drop_reason.hpp"

namespace klassenraum::bridge {

struct Counters {
    std::uint64_t packets_received = 0;  // RTP, authenticated
    std::uint64_t bytes_received = 0;
    std::uint64_t packets_forwarded = 0;  // RTP, one per receiver; without retransmissions
    std::uint64_t bytes_forwarded = 0;
    std::uint64_t probe_packets_sent = 0;
    std::uint64_t padding_packets_sent = 0;
    std::uint64_t layers_raised = 0;     // a receiver gets a better layer of a source than before …
    std::uint64_t layers_lowered = 0;    // … or a lesser one
    std::uint64_t videos_suspended = 0;  // wanted, but the line does not carry it
    std::uint64_t retransmissions_sent = 0;
    std::uint64_t retransmissions_refused = 0;  // asked again within a round trip, unknown, or over budget
    std::uint64_t nacks_sent = 0;               // sequence numbers we asked senders for
    std::uint64_t nacks_received = 0;           // sequence numbers receivers asked us for
    std::uint64_t keyframe_requests_received = 0;
    std::uint64_t keyframe_requests_sent = 0;
    std::uint64_t rtcp_received = 0;
    std::uint64_t rtcp_sent = 0;
    std::uint64_t channel_messages_received = 0;
    std::uint64_t channel_messages_sent = 0;
    std::uint64_t channel_messages_refused = 0;  // malformed, unknown or over the sender's rate
    std::uint64_t commands_refused = 0;          // a bound was hit, or the id is unknown
    std::uint64_t dtls_connected = 0;
    std::uint64_t transports_failed = 0;
    std::uint32_t conferences = 0;  // at present
    std::uint32_t endpoints = 0;    // at present
    DropCounters drops{};
};

}  // namespace klassenraum::bridge
