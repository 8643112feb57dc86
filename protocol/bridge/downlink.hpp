// The line from us to one receiver: the transport-wide numbers of what we send it, what its feedback says became of
// them (draft-holmer-rmcat-transport-wide-cc-extensions-01), and the rate that follows (bwe::Estimator). Owned by the
// receiver's Endpoint; the router tells it of each packet, feedback.cpp of each report.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/bridge/budget.hpp"
#include "protocol/bridge/limits.hpp"
#include "protocol/bridge/standing_queue.hpp"
#include "protocol/bwe/estimator.hpp"
#include "protocol/rtcp/transport_cc.hpp"

namespace klassenraum::bridge {

class Downlink {
public:
    explicit Downlink(bwe::Limits limits) : estimator(limits) {}

    // The number that the next packet carries, when the receiver takes such numbers for this kind of media.
    std::uint16_t next_sequence() const { return next_sequence_; }
    // The packet with next_sequence() went out.
    void sent(std::size_t octets, Instant now);

    void take(rtcp::TransportCcFeedback feedback, Instant now, bwe::Estimator::Workspace& workspace);
    // A report about a stream of ours, or feedback, measured the way there and back.
    void take_round_trip(Duration sample);
    Duration rtt() const { return rtt_; }
    // How soon the answer to what goes out now may come: a queue that has just grown is in no report yet.
    Duration answer_time() const;
    // A queue is on the line.
    bool queueing() const { return queue_.there(); }
    // Takes a repetition of so many octets off what repetitions of pictures may take of the line; false: too much.
    bool may_repeat(std::size_t octets, Instant now);
    bool lowered_within(Duration time, Instant now) const { return lowered_at_ && now - *lowered_at_ < time; }

    // Of voices, which are never held back: what they take, as measured.
    void sent_voice(std::size_t octets, Instant now);
    bwe::BitsPerSecond voice_rate(Instant now);
    // What is known of the line beside the estimate, less what voices take.
    Budget::Line line(bwe::BitsPerSecond voices) const;

    // Everything that goes out while a probe cluster is on its way counts as part of it. True when one more packet of
    // it is due: begins with the next cluster that the estimator asks for.
    bool probe_due(Instant now);
    bool probing() const { return cluster_.has_value() || !clusters_.empty(); }
    void abandon_probe() { cluster_.reset(); }
    // How many octets of padding are due at this rate since the last call; padded() takes off what was sent.
    std::size_t padding_due(bwe::BitsPerSecond rate, Instant now);
    void padded(std::size_t octets) { padding_debt_ -= static_cast<double>(octets); }

    // sent() or take() will be called soon.
    void prefetch_sending() const {
        prefetch(&next_sequence_);
        prefetch(&cluster_);
        estimator.prefetch_sending();
    }
    void prefetch_feedback() const { prefetch(&estimator, sizeof estimator + 5 * kCacheLine); }

    // Padding on the bridge's own SSRC.
    std::uint16_t padding_sequence = 0;
    std::uint32_t padding_timestamp = 0;

    bwe::Estimator estimator;

private:
    struct Cluster {
        bwe::ProbeCluster wanted;
        Instant began{};
        std::uint32_t octets = 0;
        std::uint32_t packets = 0;
        bool complete() const { return octets >= wanted.min_octets() && packets >= wanted.min_packets; }
    };
    Instant unwrap(Duration reference);

    std::uint16_t next_sequence_ = 1;
    Duration rtt_ = kDefaultRtt;
    bool rtt_reported_ = false;  // by answers to sender reports, which feedback's own delay does not blur
    // The receiver's clock in feedback wraps about every twelve days.
    std::optional<Duration> last_reference_;
    Duration reference_{};
    std::vector<bwe::ProbeCluster> clusters_;  // at most the estimator's five
    std::optional<Cluster> cluster_;
    std::optional<Instant> lowered_at_;  // the estimate, by feedback
    StandingQueue queue_;
    double repeat_room_ = 0;  // octets
    Instant repeats_at_{};
    double padding_debt_ = 0;
    Instant padding_at_{};
    std::size_t voice_octets_ = 0;
    Instant voice_since_{};
    bwe::BitsPerSecond voice_rate_ = kVoiceReserve;
};

}  // namespace klassenraum::bridge
