#include "protocol/bwe/probe.hpp"

#include <algorithm>
#include <limits>

namespace klassenraum::bwe {
namespace {

using std::chrono::seconds;
constexpr double kContinueShare = 0.7;  // a result of at least this share of the probe asks for a larger one
constexpr double kFurther = 2.0;
constexpr Duration kWait = seconds(1);
constexpr Duration kMinInterval = seconds(2);
constexpr Duration kMaxInterval = std::chrono::milliseconds(2500);
constexpr double kFruitful = 1.1;
constexpr double kGrown = 1.5;  // wishes so much larger than at the last probe: it said too little
constexpr Duration kGrownWait = std::chrono::milliseconds(250);
constexpr double kFactor = 2.0;
constexpr double kLossLimitedFactor = 1.5;
constexpr double kNear = 0.7;         // of what a probe has shown: there is little left to find out …
constexpr double kNearFactor = 1.35;  // … and what goes beyond it only fills the queue
constexpr double kDropShare = 0.66;
constexpr double kRecoveryShare = 0.85;
constexpr Duration kRecoveryWindow = seconds(5);
constexpr double kEnough = 0.8;
constexpr double kMaxRatio = 2.0;
constexpr double kUnsaturated = 0.9;
constexpr double kSaturatedShare = 0.95;
constexpr Duration kMaxSpan = seconds(1);
constexpr Duration kPause = std::chrono::milliseconds(30);
constexpr int kOtherGaps = 4;

}  // namespace

std::vector<ProbeCluster> ProbeController::make(std::initializer_list<double> rates,
                                                BitsPerSecond maximum,
                                                Instant now) {
    std::vector<ProbeCluster> clusters;
    for (const double wanted : rates) {
        const auto rate = std::min(static_cast<BitsPerSecond>(wanted), maximum);
        if (!clusters.empty() && clusters.back().rate >= rate) break;
        clusters.push_back({.id = next_id_++, .rate = rate});
    }
    waiting_since_ = now;
    last_probe_ = now;
    if (!clusters.empty()) asked_ = clusters.back().rate;
    // What was probed up to the most that is of use needs no sequel.
    const bool all = clusters.empty() || clusters.back().rate >= maximum;
    continue_above_ = all ? std::numeric_limits<BitsPerSecond>::max()
                          : static_cast<BitsPerSecond>(static_cast<double>(clusters.back().rate) * kContinueShare);
    return clusters;
}

std::vector<ProbeCluster> ProbeController::begin(BitsPerSecond start, BitsPerSecond maximum, Instant now) {
    estimate_ = start;
    wanted_at_probe_ = maximum;
    if (maximum <= start) return {};  // nobody could use more
    return make({3.0 * static_cast<double>(start), 6.0 * static_cast<double>(start)}, maximum, now);
}

std::vector<ProbeCluster> ProbeController::estimate_changed(
    BitsPerSecond estimate, BitsPerSecond wanted, BitsPerSecond maximum, bool from_probe, Instant now) {
    if (static_cast<double>(estimate) < kDropShare * static_cast<double>(estimate_)) {
        before_drop_ = estimate_;
        dropped_at_ = now;
        interval_ = kMinInterval;
    }
    estimate_ = estimate;
    if (from_probe) {
        const bool saturated = static_cast<double>(estimate) < kContinueShare * static_cast<double>(asked_);
        line_ = saturated ? estimate : 0;
    }
    if (!from_probe || !waiting_since_ || now - *waiting_since_ > kWait) return {};
    if (estimate < continue_above_ || estimate >= std::min(wanted, maximum)) return {};
    return make({kFurther * static_cast<double>(estimate)}, std::min(wanted, maximum), now);
}

std::vector<ProbeCluster> ProbeController::tick(
    BitsPerSecond estimate, BitsPerSecond wanted, BitsPerSecond maximum, bool loss_limited, Instant now) {
    if (waiting_since_ && now - *waiting_since_ > kWait) waiting_since_.reset();
    if (estimate >= maximum) return {};
    const double current = static_cast<double>(estimate);
    const bool grown = last_probe_ && static_cast<double>(wanted) > kGrown * static_cast<double>(wanted_at_probe_);
    if (grown && estimate < wanted && !dropped_at_ && now - *last_probe_ > kGrownWait) {
        wanted_at_probe_ = wanted;
        return make({3 * current, 6 * current}, std::min(wanted, maximum), now);
    }
    if (waiting_since_) return {};
    if (dropped_at_) {  // a sudden drop may have been a short disturbance: look once, soon
        if (now - *dropped_at_ > kRecoveryWindow) {
            dropped_at_.reset();
        } else if (now - *dropped_at_ > kWait && !loss_limited) {
            dropped_at_.reset();
            return make({kRecoveryShare * static_cast<double>(before_drop_)},
                        std::min(std::max(wanted, estimate), maximum), now);
        }
    }
    if (estimate >= wanted) return {};  // more would not be used
    const BitsPerSecond most = std::min(wanted, maximum);
    wanted_at_probe_ = wanted;
    if (!last_probe_) return make({3 * current, 6 * current}, most, now);
    if (now - *last_probe_ < interval_) return {};
    // Often while probes tell something new, seldom on a line that has shown what it carries.
    const bool fruitful = current > kFruitful * static_cast<double>(estimate_at_probe_);
    interval_ = fruitful ? Duration(kMinInterval) : std::min(interval_ * 3 / 2, Duration(kMaxInterval));
    estimate_at_probe_ = estimate;
    const bool near = line_ != 0 && current > kNear * static_cast<double>(line_);
    const double factor = near ? kNearFactor : loss_limited ? kLossLimitedFactor : kFactor;
    return make({factor * current}, most, now);
}

void ProbeEstimator::sent_cluster(const ProbeCluster& cluster) {
    clusters_[cluster.id] = {.expected_packets = cluster.min_packets, .expected_octets = cluster.min_octets()};
    if (clusters_.size() > kMaxClusters) clusters_.erase(clusters_.begin());
}

std::optional<BitsPerSecond> ProbeEstimator::add(const PacketResult& packet) {
    const auto found = clusters_.find(packet.probe_cluster);
    if (found == clusters_.end()) return std::nullopt;
    Cluster& cluster = found->second;
    if (packet.sent > cluster.last_sent) {
        cluster.last_sent = packet.sent;
        cluster.last_sent_size = packet.size;
    }
    cluster.first_sent = std::min(cluster.first_sent, packet.sent);
    if (*packet.arrived < cluster.first_arrived) {
        cluster.first_arrived = *packet.arrived;
        cluster.first_arrived_size = packet.size;
    }
    if (cluster.packets > 0) {
        const Duration gap = *packet.arrived - cluster.last_arrived;
        cluster.second = std::max(cluster.second, std::min(cluster.widest, gap));
        cluster.widest = std::max(cluster.widest, gap);
    }
    cluster.last_arrived = std::max(cluster.last_arrived, *packet.arrived);
    cluster.octets += packet.size;
    ++cluster.packets;
    if (cluster.packets < kEnough * cluster.expected_packets ||
        static_cast<double>(cluster.octets) < kEnough * cluster.expected_octets) {
        return std::nullopt;
    }
    const Duration sending = cluster.last_sent - cluster.first_sent;
    // A receiver that paused once in between counts as if it had not: on a full line gaps are as long as packets are
    // large.
    const bool paused = cluster.widest > kPause && cluster.widest > kOtherGaps * cluster.second;
    const Duration pause = paused ? cluster.widest - cluster.second : Duration::zero();
    const Duration receiving = cluster.last_arrived - cluster.first_arrived - pause;
    if (sending <= Duration::zero() || sending > kMaxSpan || receiving <= Duration::zero() || receiving > kMaxSpan) {
        return std::nullopt;
    }
    const double sent = static_cast<double>(cluster.octets - cluster.last_sent_size) * 8 / seconds_of(sending);
    const double received =
        static_cast<double>(cluster.octets - cluster.first_arrived_size) * 8 / seconds_of(receiving);
    if (received / sent > kMaxRatio) return std::nullopt;  // the feedback was compressed on its way
    double rate = std::min(sent, received);
    if (received < kUnsaturated * sent) rate = kSaturatedShare * received;  // the line's own rate, a little below
    return static_cast<BitsPerSecond>(rate);
}

}  // namespace klassenraum::bwe
