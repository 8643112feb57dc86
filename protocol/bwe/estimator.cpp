#include "protocol/bwe/estimator.hpp"

#include <algorithm>
#include <utility>

namespace klassenraum::bwe {
namespace {

constexpr double kOfAProbe = 0.95;   // of a rate that filled the queue
constexpr double kOfTheRate = 0.85;  // less than that is no probe's doing
constexpr Duration kProbeDrains = std::chrono::milliseconds(250);
constexpr Duration kProbeHolds = std::chrono::milliseconds(500);
constexpr Duration kFull = std::chrono::milliseconds(30);  // a longer queue may be
constexpr Duration kTick = std::chrono::milliseconds(25);
constexpr double kBackOff = 0.85;  // of what gets through
constexpr double kStepBack = 0.9;  // of the estimate
constexpr std::size_t kMaxPendingProbes = 5;
constexpr std::size_t kMaxReports = 1024;  // of one feedback message

}  // namespace

Estimator::Estimator(Limits limits)
    : limits_(limits), rate_control_(limits.start, limits.minimum, limits.maximum), estimate_(limits.start) {
    loss_.set_rate(limits.start);
}

void Estimator::sent(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now) {
    history_.add(sequence, octets, probe_cluster, now);
    alr_.sent(octets, now, estimate_);
    if (!began_) {
        began_ = true;
        next_tick_ = now + kTick;
        queue(probes_.begin(estimate_, std::min(wanted_, limits_.maximum), now));
    }
}

void Estimator::feedback(std::span<const Report> reports, Instant now, Workspace& workspace) {
    std::vector<PacketResult>& arrived = workspace.arrived;
    arrived.clear();
    std::uint64_t octets = 0;
    std::uint64_t lost = 0;
    Instant first = Instant::max();
    Instant last = Instant::min();
    for (const Report& report : reports.first(std::min(reports.size(), kMaxReports))) {
        const auto packet = history_.take(report.sequence, report.arrived);
        if (!packet) continue;
        octets += packet->size;
        if (!packet->arrived) {
            lost += packet->size;
            queue_delay_.lost();
        }
        first = std::min(first, packet->sent);
        last = std::max(last, packet->sent);
        if (packet->arrived) arrived.push_back(*packet);
    }
    if (octets == 0) return;
    had_feedback_ = true;
    feedback_delay_.reset();
    if (!arrived.empty()) feedback_delay_ = now - arrived.back().sent;
    // By number where times are equal: std::stable_sort would allocate.
    std::ranges::sort(arrived, {},
                      [](const PacketResult& packet) { return std::pair(*packet.arrived, packet.sequence); });
    const auto throughput = delay_feedback(arrived, 4 * lost >= octets, now);
    // The span of one message lacks the gap to the next one; a packet's share of it is close enough.
    const Duration span = last - first;
    loss_.update(now, octets, lost, span, rate_control_.rate(), throughput, application_limited());
    conclude(false, now);
    if (queue_delay_.take_longer_way()) queue_is_foreign(now);
    note_free_rate(now);
}

// The throughput, for whom it concerns next.
std::optional<BitsPerSecond> Estimator::delay_feedback(std::span<PacketResult> arrived, bool lossy, Instant now) {
    const auto lately = throughput_.rate();
    std::optional<BitsPerSecond> probed;
    bool overused = false;
    for (const PacketResult& packet : arrived) {
        throughput_.add(packet);
        queue_delay_.add(packet, lately);
        if (const auto delta = grouping_.add(packet.sent, *packet.arrived, now)) {
            trendline_.add(*delta, *packet.arrived);
            overused = overused || trendline_.usage() == Usage::Overusing;
        }
        if (packet.probe_cluster != kNoProbe) {
            if (const auto rate = probe_estimator_.add(packet)) probed = rate;
            probe_seen_ = now;
        }
    }
    const auto throughput = throughput_.rate();
    overused = overused || trendline_.usage() == Usage::Overusing;
    // What is lost on a line with a queue did not fit into it: a full one grows no further, so no trend shows it.
    const bool full = lossy && !queue_delay_.empty() && queue_delay_.last_excess() >= kFull;
    if (full || (overused && !queue_delay_.empty())) {
        const auto shown = probed ? static_cast<BitsPerSecond>(kOfAProbe * static_cast<double>(*probed)) : 0;
        // The probe itself filled the queue, and so showed the line's own rate.
        if (static_cast<double>(shown) > kOfTheRate * static_cast<double>(rate_control_.rate())) {
            last_probe_ = ProbeResult{shown, now};
            rate_control_.set(shown, now);
            loss_.set_rate(shown);
            conclude(true, now);
            return throughput;
        }
        back_off(throughput, now);
        return throughput;
    }
    if (probed) {
        // A short burst may be unlucky: never below what arrived over a longer time.
        const BitsPerSecond rate = rate_control_.rate();
        if (throughput) probed = std::max(*probed, std::min(*throughput, rate));
        if (static_cast<double>(*probed) > kOfTheRate * static_cast<double>(rate)) probed = std::max(*probed, rate);
        last_probe_ = ProbeResult{*probed, now};
        rate_control_.set(*probed, now);
        rate_control_.probed(*probed);
        loss_.set_rate(*probed);
        conclude(true, now);
        return throughput;
    }
    rate_control_.update(overused ? Usage::Normal : trendline_.usage(), throughput, application_limited(), now);
    return throughput;
}

// While a queue grows, what arrives has the line's own rate. The longer window still holds what was sent before a rise,
// and would take a burst of key frames for a line half as wide.
void Estimator::back_off(std::optional<BitsPerSecond> throughput, Instant now) {
    const auto latest = throughput_.latest();
    auto line = throughput && latest ? std::max(throughput, latest) : throughput;
    // Who has sent little has little acknowledged: what a probe has just shown says more.
    if (line && last_probe_ && now - last_probe_->at < kProbeHolds) line = std::max(*line, last_probe_->rate);
    if (!rate_control_.may_reduce_further(now, line)) return;
    const bool of_a_probe = probe_seen_ && now - *probe_seen_ < kProbeDrains && line &&
                            static_cast<double>(*line) > kOfTheRate * static_cast<double>(rate_control_.rate());
    if (of_a_probe) {  // its queue is short, and gone as soon as a little less than the line's rate is sent
        const auto below = static_cast<BitsPerSecond>(kOfAProbe * static_cast<double>(*line));
        rate_control_.set(std::min(rate_control_.rate(), below), now);
    } else if (line) {
        rate_control_.update(Usage::Overusing, line, application_limited(), now);
    } else {
        rate_control_.set(rate_control_.rate() / 2, now);  // nothing measured yet: halve
    }
}

void Estimator::conclude(bool from_probe, Instant now) {
    BitsPerSecond estimate = rate_control_.rate();
    if (const auto bound = loss_.rate()) estimate = std::min(estimate, *bound);
    if (remb_) estimate = std::min(estimate, *remb_);
    estimate_ = std::clamp(estimate, limits_.minimum, limits_.maximum);
    queue(probes_.estimate_changed(estimate_, wanted_, limits_.maximum, from_probe, now));
}

void Estimator::remb(BitsPerSecond rate, Instant now) {
    remb_ = std::clamp(rate, limits_.minimum, limits_.maximum);
    if (!had_feedback_) rate_control_.set(*remb_, now);  // without transport-cc this is all we know
    conclude(false, now);
}

void Estimator::queue_stands(Instant now) {
    const auto throughput = throughput_.rate();
    double rate = kStepBack * static_cast<double>(rate_control_.rate());
    if (throughput) rate = std::min(rate, kBackOff * static_cast<double>(*throughput));
    rate_control_.set(static_cast<BitsPerSecond>(rate), now);
    conclude(false, now);
}

void Estimator::note_free_rate(Instant now) {
    constexpr Duration kWindow = std::chrono::seconds(1);  // the trend may come before the queue is seen
    if (!queue_delay_.empty()) return;
    if (now - free_since_ >= kWindow) {
        free_rate_before_ = free_rate_;
        free_rate_ = 0;
        free_since_ = now;
    }
    free_rate_ = std::max(free_rate_, rate_control_.rate());
}

void Estimator::queue_is_foreign(Instant now) {
    queue_delay_.accept();
    const BitsPerSecond before = std::max(free_rate_, free_rate_before_);
    if (before <= rate_control_.rate()) return;
    rate_control_.set(before, now);
    conclude(false, now);
}

void Estimator::set_round_trip(Duration rtt) {
    rate_control_.set_round_trip(rtt);
}

std::vector<ProbeCluster> Estimator::take_probes() {
    return std::exchange(pending_, {});
}

void Estimator::queue(std::vector<ProbeCluster> clusters) {
    for (ProbeCluster& cluster : clusters) {
        if (pending_.size() >= kMaxPendingProbes) return;
        probe_estimator_.sent_cluster(cluster);
        pending_.push_back(cluster);
    }
}

void Estimator::expire(Instant now) {
    if (!next_tick_ || now < *next_tick_) return;
    next_tick_ = now + kTick;
    queue(probes_.tick(estimate_, wanted_, limits_.maximum, loss_.limiting(), now));
}

}  // namespace klassenraum::bwe
