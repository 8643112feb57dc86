// Numbers about the whole bridge since its start: what was forwarded, repaired and refused. They name nobody and no
// room, so that metrics may show them.
#pragma once

#include <cstdint>

#include "protocol/core/drop_reason.hpp"

namespace klassenraum::bridge {

struct Counters {
    std::uint64_t packets_received = 0;  // RTP, authenticated, or left encrypted and vouched for
    std::uint64_t bytes_received = 0;
    std::uint64_t packets_left_sealed = 0;  // of these those of encodings that nobody takes, never decrypted
    std::uint64_t packets_forwarded = 0;  // RTP, one per receiver; without retransmissions
    std::uint64_t bytes_forwarded = 0;
    std::uint64_t probe_packets_sent = 0;
    std::uint64_t padding_packets_sent = 0;
    std::uint64_t layers_raised = 0;     // a receiver gets a better layer of a source than before …
    std::uint64_t layers_lowered = 0;    // … or a lesser one
    std::uint64_t videos_suspended = 0;  // wanted, but the line does not carry it
    std::uint64_t voices_not_loud = 0;       // voice packets that were not among the loudest of a large room
    std::uint64_t voices_held_back = 0;      // voice packets for which a receiver's line had no room
    std::uint64_t voice_slots_remapped = 0;  // an audio SSRC was given another voice
    std::uint64_t redundancy_stripped = 0;   // voice packets sent without some or all of their redundancy (RFC 2198)
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
    std::uint64_t pacer_delayed = 0;     // packets that waited for their turn on a narrow line, …
    std::uint64_t pacer_delayed_us = 0;  // … how long all of them together, …
    std::uint64_t pacer_dropped = 0;     // … and those that waited in vain or found no place to wait
    std::uint64_t probes_begun = 0;
    std::uint64_t overload_raised = 0;   // steps towards showing less …
    std::uint64_t overload_lowered = 0;  // … and back
    std::uint32_t overload_level = 0;    // at present
    std::uint32_t overload_full = 0;     // 1: no new rooms
    std::uint32_t conferences = 0;  // at present
    std::uint32_t endpoints = 0;    // at present
    DropCounters drops{};
};

}  // namespace klassenraum::bridge
