// Fits a line through the smoothed one-way delay of the last groups and compares its slope with an adaptive threshold:
// is the path's queue growing, shrinking or steady (draft-ietf-rmcat-gcc-02 §5.4–5.5; GoogCC's trendline). Owned by
// DelayEstimator.
#pragma once

#include <cstddef>

#include "protocol/bwe/arrival.hpp"
#include "protocol/core/ring.hpp"

namespace klassenraum::bwe {

enum class Usage : std::uint8_t { Normal, Overusing, Underusing };

class Trendline {
public:
    void add(const ArrivalGrouping::Delta& delta, Instant arrived);
    Usage usage() const { return usage_; }

private:
    struct Point {
        double arrived_ms = 0;
        double smoothed_ms = 0;
    };
    double slope(double otherwise) const;
    void detect(double trend, double send_delta_ms, double now_ms);
    void adapt_threshold(double modified_trend, double now_ms);

    static constexpr std::size_t kWindow = 20;
    Ring<Point, kWindow> points_;
    std::optional<Instant> first_arrival_;
    double accumulated_ms_ = 0;
    double smoothed_ms_ = 0;
    double previous_trend_ = 0;
    double threshold_ = 12.5;
    double over_using_ms_ = -1;
    double threshold_adapted_ms_ = -1;
    int overuse_count_ = 0;
    int deltas_ = 0;
    Usage usage_ = Usage::Normal;
};

}  // namespace klassenraum::bwe
