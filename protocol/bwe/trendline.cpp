#include "protocol/bwe/trendline.hpp"

#include <algorithm>
#include <cmath>

namespace klassenraum::bwe {
namespace {

constexpr double kSmoothing = 0.9;
constexpr double kGain = 4.0;
constexpr int kDeltasInGain = 60;
constexpr int kMaxDeltas = 1000;
constexpr double kOveruseMs = 10;
constexpr double kThresholdUp = 0.0087;
constexpr double kThresholdDown = 0.039;
constexpr double kThresholdOutlier = 15;
constexpr double kMinThreshold = 6;
constexpr double kMaxThreshold = 600;
constexpr double kMaxAdaptStepMs = 100;

}  // namespace

void Trendline::add(const ArrivalGrouping::Delta& delta, Instant arrived) {
    deltas_ = std::min(deltas_ + 1, kMaxDeltas);
    if (!first_arrival_) first_arrival_ = arrived;
    accumulated_ms_ += milliseconds_in(delta.arrival - delta.send);
    smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
    const double now_ms = milliseconds_in(arrived - *first_arrival_);
    points_.push({now_ms, smoothed_ms_});
    const double trend = points_.full() ? slope(previous_trend_) : previous_trend_;
    detect(trend, milliseconds_in(delta.send), now_ms);
}

// Least squares; a window that lies on one instant has no slope.
double Trendline::slope(double otherwise) const {
    double mean_x = 0;
    double mean_y = 0;
    for (const auto piece : points_.pieces()) {
        for (const Point& point : piece) {
            mean_x += point.arrived_ms;
            mean_y += point.smoothed_ms;
        }
    }
    mean_x /= static_cast<double>(points_.size());
    mean_y /= static_cast<double>(points_.size());
    double numerator = 0;
    double denominator = 0;
    for (const auto piece : points_.pieces()) {
        for (const Point& point : piece) {
            const double x = point.arrived_ms - mean_x;
            numerator += x * (point.smoothed_ms - mean_y);
            denominator += x * x;
        }
    }
    return denominator == 0 ? otherwise : numerator / denominator;
}

void Trendline::detect(double trend, double send_delta_ms, double now_ms) {
    if (deltas_ < 2) return;
    const double modified = std::min(deltas_, kDeltasInGain) * trend * kGain;
    if (modified > threshold_) {
        over_using_ms_ = over_using_ms_ < 0 ? send_delta_ms / 2 : over_using_ms_ + send_delta_ms;
        ++overuse_count_;
        if (over_using_ms_ > kOveruseMs && overuse_count_ > 1 && trend >= previous_trend_) {
            over_using_ms_ = 0;
            overuse_count_ = 0;
            usage_ = Usage::Overusing;
        }
    } else {
        over_using_ms_ = -1;
        overuse_count_ = 0;
        usage_ = modified < -threshold_ ? Usage::Underusing : Usage::Normal;
    }
    previous_trend_ = trend;
    adapt_threshold(modified, now_ms);
}

void Trendline::adapt_threshold(double modified_trend, double now_ms) {
    if (threshold_adapted_ms_ < 0) threshold_adapted_ms_ = now_ms;
    const double height = std::abs(modified_trend);
    if (height <= threshold_ + kThresholdOutlier) {
        const double rate = height < threshold_ ? kThresholdDown : kThresholdUp;
        const double step_ms = std::min(now_ms - threshold_adapted_ms_, kMaxAdaptStepMs);
        threshold_ = std::clamp(threshold_ + rate * (height - threshold_) * step_ms, kMinThreshold, kMaxThreshold);
    }
    threshold_adapted_ms_ = now_ms;
}

}  // namespace klassenraum::bwe
