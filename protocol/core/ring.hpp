// A queue of at most `Capacity` values in place; pushing onto a full one drops the oldest. Index 0 is the oldest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace klassenraum {

template <typename T, std::size_t Capacity>
class Ring {
public:
    void push(const T& value) {
        values_[(start_ + size_) % Capacity] = value;
        if (size_ < Capacity) {
            ++size_;
        } else {
            start_ = (start_ + 1) % Capacity;
        }
    }
    void pop() {
        start_ = (start_ + 1) % Capacity;
        --size_;
    }
    void clear() { start_ = size_ = 0; }

    T& operator[](std::size_t index) { return values_[(start_ + index) % Capacity]; }
    const T& operator[](std::size_t index) const { return values_[(start_ + index) % Capacity]; }
    // All of it, the oldest first, in the one or two pieces in which it lies.
    std::array<std::span<const T>, 2> pieces() const {
        const std::size_t until_end = std::min(size_, Capacity - start_);
        return {std::span(values_).subspan(start_, until_end), std::span(values_).first(size_ - until_end)};
    }
    const T& front() const { return (*this)[0]; }
    const T& back() const { return (*this)[size_ - 1]; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == Capacity; }

private:
    std::array<T, Capacity> values_{};
    std::size_t start_ = 0;
    std::size_t size_ = 0;
};

}  // namespace klassenraum
