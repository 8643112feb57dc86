#include "protocol/bwe/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;
constexpr Duration kObservation = milliseconds(250);
constexpr std::size_t kMinObservations = 3;
constexpr double kTemporalWeight = 0.9;  // each older observation counts that much less
constexpr double kInitialInherentLoss = 0.01;
constexpr double kMinInherentLoss = 0.001;
constexpr double kMaxInherentLoss = 0.05;
constexpr double kInherentBalance = 100'000;  // bit/s: a narrow line may have more loss of its own
constexpr double kNewtonStep = 0.75;
constexpr double kPreference = 0.0002;     // per kbit/s: of two equally likely rates the higher one
constexpr double kLogPreference = 0.02;
constexpr double kPreferenceLoss = 0.2;
constexpr double kPreferenceSmoothing = 0.002;
constexpr double kInstantOffset = 0.05;
constexpr double kInstantBalance = 100'000;
constexpr double kMaxIncrease = 1.3;
constexpr Duration kIncreaseWindow = milliseconds(300);
constexpr double kHoldGrowth = 2.0;
constexpr Duration kMinHold = milliseconds(300);
constexpr Duration kMaxHold = std::chrono::seconds(60);
constexpr double kTiny = 1e-6;

double loss_probability(double inherent, double limit, double sending) {
    double probability = inherent;
    if (sending > limit) probability += (1 - inherent) * (sending - limit) / sending;
    return std::clamp(probability, kTiny, 1 - kTiny);
}

double max_inherent(double rate) { return std::min(kMaxInherentLoss + kInherentBalance / std::max(rate, 1.0), 1.0); }

}  // namespace

void LossEstimate::set_rate(BitsPerSecond rate) {
    if (!current_) current_ = Model{kInitialInherentLoss, 0};
    current_->rate = static_cast<double>(rate);
}

void LossEstimate::update(Instant now,
                          std::uint64_t sent_octets,
                          std::uint64_t lost_octets,
                          Duration sent_span,
                          BitsPerSecond delay_based,
                          std::optional<BitsPerSecond> acknowledged,
                          bool application_limited) {
    partial_.octets += static_cast<double>(sent_octets);
    partial_.lost += static_cast<double>(lost_octets);
    partial_span_ += sent_span;
    if (partial_span_ < kObservation || partial_.octets <= 0) return;
    observe();
    if (!current_ || observations_.size() < kMinObservations) return;

    const double ceiling = static_cast<double>(delay_based);
    std::array<double, 5> rates{current_->rate * 1.02, current_->rate, current_->rate * 0.95, ceiling, 0};
    std::size_t candidates = 4;
    if (acknowledged && !application_limited) rates[candidates++] = static_cast<double>(*acknowledged);

    Model best;
    double best_likelihood = -HUGE_VAL;
    for (std::size_t i = 0; i < candidates; ++i) {
        Model candidate{current_->inherent_loss, std::min(rates[i], std::max(ceiling, current_->rate))};
        fit(candidate);
        const double value = likelihood(candidate);
        if (value > best_likelihood) {
            best_likelihood = value;
            best = candidate;
        }
    }
    best.rate = std::min(best.rate, instant_upper_bound());

    const bool lossy = average_loss() > best.inherent_loss;
    if (best.rate < current_->rate) {
        reduced_at_ = now;
        // Going down, never below what really arrived.
        if (acknowledged) best.rate = std::max(best.rate, std::min(current_->rate, static_cast<double>(*acknowledged)));
        held_rate_ = best.rate;
        hold_until_ = now + hold_;
        hold_ = std::clamp(Duration(static_cast<std::int64_t>(static_cast<double>(hold_.count()) * kHoldGrowth)),
                           Duration(kMinHold),
                           Duration(kMaxHold));
    } else if (reduced_at_ && now - *reduced_at_ < kIncreaseWindow) {
        best.rate = std::min(best.rate, current_->rate * kMaxIncrease);
    } else if (hold_until_ && now < *hold_until_ && lossy) {
        best.rate = std::min(best.rate, std::max(held_rate_, current_->rate));
    }
    if (!lossy) hold_ = kMinHold;
    current_ = best;
    limiting_ = best.rate < ceiling;
}

void LossEstimate::observe() {
    partial_.sending_rate = partial_.octets * 8 / seconds_of(partial_span_);
    // Smoothed, so that one burst does not pass for a rate.
    if (!observations_.empty()) {
        partial_.sending_rate = 0.5 * observations_.back().sending_rate + 0.5 * partial_.sending_rate;
    }
    observations_.push(partial_);
    partial_ = {};
    partial_span_ = {};
}

// One Newton step for the inherent loss at the candidate's rate.
void LossEstimate::fit(Model& model) const {
    double slope = 0;
    double curve = 0;
    double weight = 1;
    for (std::size_t i = observations_.size(); i-- > 0; weight *= kTemporalWeight) {
        const Observation& seen = observations_[i];
        const double p = loss_probability(model.inherent_loss, model.rate, seen.sending_rate);
        const double received = seen.octets - seen.lost;
        slope += weight * (seen.lost / p - received / (1 - p));
        curve -= weight * (seen.lost / (p * p) + received / ((1 - p) * (1 - p)));
    }
    if (curve < 0) model.inherent_loss -= kNewtonStep * slope / curve;
    model.inherent_loss = std::clamp(model.inherent_loss, kMinInherentLoss, max_inherent(model.rate));
}

double LossEstimate::likelihood(const Model& model) const {
    const double bias = preference(model.rate, average_loss());
    double sum = 0;
    double weight = 1;
    for (std::size_t i = observations_.size(); i-- > 0; weight *= kTemporalWeight) {
        const Observation& seen = observations_[i];
        const double p = loss_probability(model.inherent_loss, model.rate, seen.sending_rate);
        const double received = seen.octets - seen.lost;
        sum += weight * (seen.lost * std::log(p) + received * std::log(1 - p)) / 1000;
        sum += weight * bias * seen.octets / 1000;
    }
    return sum;
}

double LossEstimate::preference(double rate, double loss) const {
    const double distance = kPreferenceLoss - loss;
    const double strength = distance / (kPreferenceSmoothing + std::abs(distance));
    const double kbps = rate / 1000;
    return kPreference * strength * kbps / 1000 + kLogPreference * strength * std::log(1 + kbps) / 1000;
}

double LossEstimate::instant_upper_bound() const {
    const double loss = average_loss();
    if (loss <= kInstantOffset) return HUGE_VAL;
    return kInstantBalance / (loss - kInstantOffset);
}

double LossEstimate::average_loss() const {
    double octets = 0;
    double lost = 0;
    double weight = 1;
    for (std::size_t i = observations_.size(); i-- > 0; weight *= kTemporalWeight) {
        octets += weight * observations_[i].octets;
        lost += weight * observations_[i].lost;
    }
    return octets > 0 ? lost / octets : 0;
}

std::optional<BitsPerSecond> LossEstimate::rate() const {
    if (!current_ || observations_.size() < kMinObservations) return std::nullopt;
    return static_cast<BitsPerSecond>(current_->rate);
}

}  // namespace klassenraum::bwe
