// Times in microseconds, counted in bins whose width grows with the value (within 1.6 % of it): percentiles of millions
// of packets in a few kilobytes. Histograms of several threads add up.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::bench {

class Histogram {
public:
    void record(Duration time) {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
        const std::size_t bin = bin_of(std::min(value, kLongest));
        if (bin >= bins_.size()) bins_.resize(bin + 1);
        ++bins_[bin];
        ++count_;
        sum_ += value;
        largest_ = std::max(largest_, value);
    }
    void add(const Histogram& other) {
        if (other.bins_.size() > bins_.size()) bins_.resize(other.bins_.size());
        for (std::size_t i = 0; i < other.bins_.size(); ++i) bins_[i] += other.bins_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        largest_ = std::max(largest_, other.largest_);
    }
    // What was recorded since an earlier copy.
    Histogram since(const Histogram& before) const {
        Histogram rest = *this;
        for (std::size_t i = 0; i < before.bins_.size(); ++i) rest.bins_[i] -= before.bins_[i];
        rest.count_ -= before.count_;
        rest.sum_ -= before.sum_;
        return rest;
    }
    std::uint64_t count() const { return count_; }
    std::uint64_t largest_us() const { return largest_; }
    double mean_us() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
    // The value below which `share` of all lie, in microseconds.
    std::uint64_t percentile_us(double share) const {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
            seen += bins_[bin];
            if (seen > wanted || seen == count_) return std::min(top_of(bin), largest_);
        }
        return largest_;
    }

private:
    static constexpr std::uint64_t kLongest = 3'600'000'000;  // an hour
    static constexpr unsigned kFine = 6;                      // 64 bins for each doubling

    static std::size_t bin_of(std::uint64_t value) {
        if (value < (1U << kFine)) return static_cast<std::size_t>(value);
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - kFine - 1;
        return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) << kFine) + (value >> shift));
    }
    static std::uint64_t top_of(std::size_t bin) {
        if (bin < (1U << kFine)) return bin;
        const auto shift = static_cast<unsigned>((bin >> kFine) - 1);
        const std::uint64_t mantissa = bin - (static_cast<std::uint64_t>(shift) << kFine);
        return ((mantissa + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> bins_;
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t largest_ = 0;
};

}  // namespace klassenraum::bench
