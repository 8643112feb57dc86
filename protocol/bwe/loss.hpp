// How much of the loss is the line's own and how much is a full queue: a maximum-likelihood fit of one loss model over
// the last observations, choosing among a few candidate rates (GoogCC's LossBasedBweV2). It bounds the delay-based
// estimate. Owned by Estimator.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"
#include "protocol/core/ring.hpp"

namespace klassenraum::bwe {

class LossEstimate {
public:
    void set_rate(BitsPerSecond rate);  // start value, or a probe's result
    // All results of one feedback message; `delay_based` bounds the candidates from above.
    void update(Instant now,
                std::uint64_t sent_octets,
                std::uint64_t lost_octets,
                Duration sent_span,
                BitsPerSecond delay_based,
                std::optional<BitsPerSecond> acknowledged,
                bool application_limited);
    // The bound, when there is enough to say one.
    std::optional<BitsPerSecond> rate() const;
    // Losses, not delay, hold the estimate down.
    bool limiting() const { return limiting_; }
    double average_loss() const;

private:
    struct Observation {
        double octets = 0;
        double lost = 0;
        double sending_rate = 0;  // bit/s
    };
    struct Model {
        double inherent_loss = 0.01;
        double rate = 0;  // bit/s from which on losses are the queue's
    };
    void observe();
    void fit(Model& model) const;
    double likelihood(const Model& model) const;
    double preference(double rate, double loss) const;
    double instant_upper_bound() const;

    static constexpr std::size_t kWindow = 15;
    Ring<Observation, kWindow> observations_;
    Observation partial_;
    Duration partial_span_{};
    std::optional<Model> current_;
    std::optional<Instant> reduced_at_;
    double held_rate_ = 0;
    Duration hold_ = std::chrono::milliseconds(300);
    std::optional<Instant> hold_until_;
    bool limiting_ = false;
};

}  // namespace klassenraum::bwe
