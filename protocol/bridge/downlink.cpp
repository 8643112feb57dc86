#include "protocol/bridge/downlink.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr Duration kReferenceUnit = 64ms;
constexpr std::int64_t kReferences = std::int64_t{1} << 24;

}  // namespace

void Downlink::sent(std::size_t octets, Instant now) {
    const auto size = static_cast<std::uint32_t>(octets);
    estimator.sent(next_sequence_, size, cluster_ ? cluster_->wanted.id : bwe::kNoProbe, now);
    ++next_sequence_;
    if (!cluster_) return;
    cluster_->octets += size;
    ++cluster_->packets;
    if (cluster_->complete()) cluster_.reset();
}

bool Downlink::probe_due(Instant now) {
    constexpr Duration kTooLate = 500ms;
    if (!cluster_) {
        if (clusters_.empty()) clusters_ = estimator.take_probes();
        if (clusters_.empty()) return false;
        cluster_ = Cluster{.wanted = clusters_.front(), .began = now};
        clusters_.erase(clusters_.begin());
    }
    if (now - cluster_->began > kTooLate) {
        cluster_.reset();
        return false;
    }
    const double due = static_cast<double>(cluster_->wanted.rate) / 8 * bwe::seconds_of(now - cluster_->began);
    return cluster_->octets <= due;
}

std::size_t Downlink::padding_due(bwe::BitsPerSecond rate, Instant now) {
    constexpr double kMost = 20'000;  // a late tick is not made up for
    if (rate <= 0) {
        padding_debt_ = 0;
    } else {
        const double elapsed = std::min(bwe::seconds_of(now - padding_at_), 0.1);
        padding_debt_ = std::min(padding_debt_ + static_cast<double>(rate) / 8 * elapsed, kMost);
    }
    padding_at_ = now;
    return padding_debt_ < 255 ? 0 : static_cast<std::size_t>(padding_debt_);
}

Instant Downlink::unwrap(Duration reference) {
    if (last_reference_) {
        std::int64_t step = (reference - *last_reference_) / kReferenceUnit % kReferences;
        if (step >= kReferences / 2) step -= kReferences;
        if (step < -kReferences / 2) step += kReferences;
        reference_ += step * kReferenceUnit;
    }
    last_reference_ = reference;
    // Far from zero, so that a clock that goes back a little stays positive.
    return Instant(std::chrono::hours(24 * 365)) + reference_;
}

void Downlink::take(rtcp::TransportCcFeedback feedback, Instant now, bwe::Estimator::Workspace& workspace) {
    const Instant base = unwrap(feedback.reference_time());
    std::vector<bwe::Estimator::Report>& reports = workspace.reports;
    reports.clear();
    while (const auto status = feedback.next()) {
        if (reports.size() == kMaxFeedbackReports) break;
        reports.push_back({.sequence = status->sequence,
                           .arrived = status->received ? std::optional(base + status->offset) : std::nullopt});
    }
    const bwe::BitsPerSecond before = estimator.estimate();
    estimator.feedback(reports, now, workspace);
    const auto delay = estimator.feedback_delay();
    const StandingQueue::Verdict verdict = queue_.note(estimator.queue_delay(), now);
    if (verdict == StandingQueue::Verdict::Stands) estimator.queue_stands(now);
    if (verdict == StandingQueue::Verdict::NotOurs) estimator.queue_is_foreign(now);
    if (estimator.estimate() < before) lowered_at_ = now;
    if (delay && !rtt_reported_) {
        rtt_ = std::clamp<Duration>((rtt_ * 7 + *delay) / 8, 1ms, kMaxRtt);
        estimator.set_round_trip(rtt_);
    }
}

Duration Downlink::answer_time() const {
    constexpr Duration kFeedbackWaits = 60ms;  // at the receiver, before it goes out: 50 to 100 ms with browsers
    const std::optional<Duration> delay = estimator.feedback_delay();
    return delay ? std::clamp<Duration>(*delay - kFeedbackWaits, rtt_, kMaxRtt) : rtt_;
}

bool Downlink::may_repeat(std::size_t octets, Instant now) {
    if (estimator.untested()) return true;
    const double rate = kRepetitionShare * static_cast<double>(estimator.estimate()) / 8;
    const double most = rate * bwe::seconds_of(kRepetitionBurst) + kLeastRepetitions;
    repeat_room_ = std::min(repeat_room_ + rate * bwe::seconds_of(now - repeats_at_), most);
    repeats_at_ = now;
    if (repeat_room_ < static_cast<double>(octets)) return false;
    repeat_room_ -= static_cast<double>(octets);
    return true;
}

void Downlink::sent_voice(std::size_t octets, Instant now) {
    voice_rate(now);
    voice_octets_ += octets;
}

bwe::BitsPerSecond Downlink::voice_rate(Instant now) {
    const Duration age = now - voice_since_;
    if (age >= 1s) {
        const auto bits = static_cast<double>(voice_octets_ * 8);
        const auto rate = static_cast<bwe::BitsPerSecond>(bits / bwe::seconds_of(age));
        voice_rate_ = std::max<bwe::BitsPerSecond>((3 * voice_rate_ + rate) / 4, kVoiceReserve);
        voice_octets_ = 0;
        voice_since_ = now;
    }
    return voice_rate_;
}

Budget::Line Downlink::line(bwe::BitsPerSecond voices) const {
    Budget::Line line{.proven = std::nullopt, .lowered_at = lowered_at_, .queue_stands = queue_.stands()};
    if (const auto& probe = estimator.last_probe()) {
        line.proven = Budget::Proof{.rate = probe->rate - voices, .at = probe->at};
    }
    return line;
}

void Downlink::take_round_trip(Duration sample) {
    if (sample < Duration::zero() || sample > kMaxRtt) return;
    rtt_ = std::max<Duration>((rtt_ * 7 + sample) / 8, 1ms);
    rtt_reported_ = true;
    estimator.set_round_trip(rtt_);
}

}  // namespace klassenraum::bridge
