// Numbers about the process that one thread writes and another reads: a relaxed store per change, no lock and no fence.
// Each counter has one writing thread; the front reads all of them for the metrics page.
#pragma once

#include <atomic>
#include <cstdint>

namespace klassenraum::metrics {

class Counter {
public:
    void add(std::uint64_t amount = 1) { set(value() + amount); }  // by the one writing thread only
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace klassenraum::metrics
