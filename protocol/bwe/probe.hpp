// Short bursts above the estimate that find out whether the line carries more: which to send when, and what came of
// them (GoogCC's ProbeController and ProbeBitrateEstimator). Owned by Estimator; the pacer sends the bursts.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bwe {

struct ProbeCluster {
    std::int32_t id = kNoProbe;
    BitsPerSecond rate = 0;
    Duration length = std::chrono::milliseconds(15);
    std::uint32_t min_packets = 5;
    std::uint32_t min_octets() const { return static_cast<std::uint32_t>(rate / 8 * length.count() / 1'000'000); }
};

class ProbeController {
public:
    // The first media is about to go out: three and six times the start rate, as far as that is of use.
    std::vector<ProbeCluster> begin(BitsPerSecond start, BitsPerSecond maximum, Instant now);
    // After each change of the estimate. `wanted`: what the allocation could use; nothing is probed beyond what helps.
    std::vector<ProbeCluster> estimate_changed(
        BitsPerSecond estimate, BitsPerSecond wanted, BitsPerSecond maximum, bool from_probe, Instant now);
    // Called regularly.
    std::vector<ProbeCluster> tick(
        BitsPerSecond estimate, BitsPerSecond wanted, BitsPerSecond maximum, bool loss_limited, Instant now);

private:
    std::vector<ProbeCluster> make(std::initializer_list<double> rates, BitsPerSecond maximum, Instant now);

    std::int32_t next_id_ = 1;
    std::optional<Instant> waiting_since_;  // a probe is out; its success may call for a larger one
    BitsPerSecond continue_above_ = 0;
    std::optional<Instant> last_probe_;
    BitsPerSecond before_drop_ = 0;
    std::optional<Instant> dropped_at_;
    BitsPerSecond estimate_ = 0;
    BitsPerSecond estimate_at_probe_ = 0;
    BitsPerSecond wanted_at_probe_ = 0;
    BitsPerSecond asked_ = 0;  // of the last probe
    BitsPerSecond line_ = 0;   // what it showed, if that was less; 0: not known
    Duration interval_ = std::chrono::seconds(2);
};

class ProbeEstimator {
public:
    void sent_cluster(const ProbeCluster& cluster);
    // The rate that this arrived packet's cluster proved, once enough of it has come.
    std::optional<BitsPerSecond> add(const PacketResult& arrived_packet);

private:
    struct Cluster {
        std::uint32_t expected_packets = 0;
        std::uint32_t expected_octets = 0;
        std::uint32_t packets = 0;
        std::uint64_t octets = 0;
        std::uint32_t last_sent_size = 0;
        std::uint32_t first_arrived_size = 0;
        Instant first_sent = Instant::max();
        Instant last_sent = Instant::min();
        Instant first_arrived = Instant::max();
        Instant last_arrived = Instant::min();
        Duration widest{};  // of the gaps between arrivals …
        Duration second{};  // … and the next widest
    };
    static constexpr std::size_t kMaxClusters = 8;  // older ones are forgotten
    std::map<std::int32_t, Cluster> clusters_;
};

}  // namespace klassenraum::bwe
