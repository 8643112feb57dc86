#include "protocol/bridge/downlink.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr Duration kReferenceUnit = 64ms;
constexpr std::int64_t kReferences = std::int64_t{1} << 24;

}  // namespace

void Downlink::sent(std::size_t octets, std::int32_t probe_cluster, Instant now) {
    estimator.sent(next_sequence_, static_cast<std::uint32_t>(octets), probe_cluster, now);
    ++next_sequence_;
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

void Downlink::take(rtcp::TransportCcFeedback feedback, Instant now) {
    const Instant base = unwrap(feedback.reference_time());
    std::size_t count = 0;
    while (const auto status = feedback.next()) {
        if (count == reports_.size()) break;
        reports_[count++] = {.sequence = status->sequence,
                             .arrived = status->received ? std::optional(base + status->offset) : std::nullopt};
    }
    estimator.feedback(std::span(reports_).first(count), now);
    if (const auto delay = estimator.feedback_delay(); delay && !rtt_reported_) {
        rtt_ = std::clamp<Duration>((rtt_ * 7 + *delay) / 8, 1ms, kMaxRtt);
        estimator.set_round_trip(rtt_);
    }
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

std::optional<Budget::Proof> Downlink::proof() const {
    const auto& probe = estimator.last_probe();
    return probe ? std::optional(Budget::Proof{.rate = probe->rate, .at = probe->at}) : std::nullopt;
}

void Downlink::take_round_trip(Duration sample) {
    if (sample < Duration::zero() || sample > kMaxRtt) return;
    rtt_ = std::max<Duration>((rtt_ * 7 + sample) / 8, 1ms);
    rtt_reported_ = true;
    estimator.set_round_trip(rtt_);
}

}  // namespace klassenraum::bridge
