// The bandwidth from us to one receiver: GoogCC out of the parts in this folder (delay, loss, probes), from
// transport-cc feedback, or from REMB where a client has no transport-cc. One per receiving endpoint, owned by its
// allocator.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "protocol/bwe/alr.hpp"
#include "protocol/bwe/arrival.hpp"
#include "protocol/bwe/loss.hpp"
#include "protocol/bwe/probe.hpp"
#include "protocol/bwe/queue_delay.hpp"
#include "protocol/bwe/rate_control.hpp"
#include "protocol/bwe/sent_history.hpp"
#include "protocol/bwe/throughput.hpp"
#include "protocol/bwe/trendline.hpp"

namespace klassenraum::bwe {

struct Limits {
    BitsPerSecond start = 2'500'000;
    BitsPerSecond minimum = 30'000;
    BitsPerSecond maximum = 20'000'000;
};

class Estimator {
public:
    explicit Estimator(Limits limits);

    // A packet with transport-wide sequence number `sequence` goes out now.
    void sent(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now);

    // One feedback message: for each reported packet, in sequence order, its arrival on the receiver's clock or
    // nothing.
    struct Report {
        std::uint16_t sequence = 0;
        std::optional<Instant> arrived;
    };
    // Room for what a message says, as it is taken apart: of a whole worker, since messages come one after the other.
    struct Workspace {
        std::vector<Report> reports;
        std::vector<PacketResult> arrived;
    };
    void feedback(std::span<const Report> reports, Instant now, Workspace& workspace);
    // Memory for more than was needed lately. Now and then.
    void give_back(Instant now) {
        history_.give_back(now);
        throughput_.give_back();
    }

    void remb(BitsPerSecond rate, Instant now);
    // A queue stands on the line, neither growing nor shrinking: the trend does not see it.
    void queue_stands(Instant now);
    // It is no queue of ours after all: what was taken back for its sake is given again.
    void queue_is_foreign(Instant now);
    // How long packets stood in a queue on the line a moment ago, at the least.
    Duration queue_delay() const { return queue_delay_.excess(); }
    void set_round_trip(Duration rtt);
    // The most that the allocation could use: probes beyond it help nobody.
    void set_wanted(BitsPerSecond wanted) { wanted_ = wanted; }

    // sent() will be called soon; the second step is for what is found through the first.
    void prefetch_sending() const {
        prefetch(&history_);
        prefetch(&alr_);
        prefetch(&estimate_);
    }
    void prefetch_history() const { history_.prefetch_next(); }
    // feedback() will be called soon: what lies elsewhere.
    void prefetch_feedback() const { throughput_.prefetch(); }

    BitsPerSecond estimate() const { return estimate_; }
    // Since the newest packet that the last feedback reported went out: the round trip and the feedback's own waiting.
    std::optional<Duration> feedback_delay() const { return feedback_delay_; }
    // No feedback has come yet, of either kind: the estimate is only the start value.
    bool untested() const { return !had_feedback_ && !remb_; }
    bool application_limited() const { return alr_.since().has_value(); }
    // What the last probe that came through showed.
    struct ProbeResult {
        BitsPerSecond rate = 0;
        Instant at{};
    };
    const std::optional<ProbeResult>& last_probe() const { return last_probe_; }
    // Clusters the pacer is to send next; empties the list.
    std::vector<ProbeCluster> take_probes();

    void expire(Instant now);
    std::optional<Instant> deadline() const { return next_tick_; }

private:
    std::optional<BitsPerSecond> delay_feedback(std::span<PacketResult> arrived, bool lossy, Instant now);
    void back_off(std::optional<BitsPerSecond> throughput, Instant now);
    void conclude(bool from_probe, Instant now);
    void note_free_rate(Instant now);
    void queue(std::vector<ProbeCluster> clusters);

    Limits limits_;
    SentHistory history_;
    ArrivalGrouping grouping_;
    Trendline trendline_;
    QueueDelay queue_delay_;
    RateControl rate_control_;
    Throughput throughput_;
    LossEstimate loss_;
    AlrDetector alr_;
    ProbeController probes_;
    ProbeEstimator probe_estimator_;
    std::vector<ProbeCluster> pending_;
    std::optional<BitsPerSecond> remb_;
    BitsPerSecond wanted_ = 0;
    BitsPerSecond estimate_;
    std::optional<Instant> next_tick_;
    std::optional<Duration> feedback_delay_;
    std::optional<ProbeResult> last_probe_;
    std::optional<Instant> probe_seen_;  // a packet of one was in the feedback
    BitsPerSecond free_rate_ = 0;         // the most in this second while there was no queue …
    BitsPerSecond free_rate_before_ = 0;  // … and in the one before
    Instant free_since_{};
    bool began_ = false;
    bool had_feedback_ = false;
};

}  // namespace klassenraum::bwe
