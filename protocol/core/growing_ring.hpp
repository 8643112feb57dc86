// A Ring that is no larger than what it held asked for, doubling up to `Capacity`; give_back() makes it smaller again.
// Pushing onto a full one drops the oldest. Index 0 is the oldest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace klassenraum {

template <typename T, std::size_t Capacity>
class GrowingRing {
    static_assert(Capacity != 0 && (Capacity & (Capacity - 1)) == 0, "places are found by a mask");

public:
    void push(const T& value) {
        if (size_ == values_.size() && size_ < Capacity) grow();
        values_[place(size_)] = value;
        if (size_ < values_.size()) {
            most_ = std::max(most_, ++size_);
        } else {
            start_ = place(1);
        }
    }
    void pop() {
        start_ = place(1);
        --size_;
    }

    void clear() { start_ = size_ = 0; }

    const T& operator[](std::size_t index) const { return values_[place(index)]; }
    // All of it, the oldest first, in the one or two pieces in which it lies.
    std::array<std::span<const T>, 2> pieces() const {
        const std::size_t until_end = std::min(size_, values_.size() - start_);
        return {std::span(values_).subspan(start_, until_end), std::span(values_).first(size_ - until_end)};
    }
    const T& front() const { return (*this)[0]; }
    const T& back() const { return (*this)[size_ - 1]; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == Capacity; }

    // Now and then: takes half of the memory away when not even a quarter was needed since the last call, and all of it
    // when nothing was.
    void give_back() {
        if (most_ == 0) {
            values_ = std::vector<T>();
            start_ = 0;
        } else if (values_.size() > kFirst && most_ <= values_.size() / 4) {
            std::vector<T> smaller(values_.size() / 2);
            for (std::size_t i = 0; i < size_; ++i) smaller[i] = (*this)[i];
            values_ = std::move(smaller);
            start_ = 0;
        }
        most_ = size_;
    }

private:
    static constexpr std::size_t kFirst = std::min<std::size_t>(Capacity, 32);
    std::size_t place(std::size_t index) const { return (start_ + index) & (values_.size() - 1); }
    // What begins in the middle begins there still, with the part that had wrapped around moved behind it.
    void grow() {
        const std::size_t before = values_.size();
        values_.resize(std::max(kFirst, before * 2));
        for (std::size_t i = 0; i < start_; ++i) values_[before + i] = values_[i];
    }

    std::vector<T> values_;
    std::size_t start_ = 0;
    std::size_t size_ = 0;
    std::size_t most_ = 0;  // since the last give_back()
};

}  // namespace klassenraum
