#include "bench/path/queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace klassenraum::path {

namespace {

struct Weighed {
    double delay_ns = 0;
    std::uint64_t packets = 0;
};

double quantile_us(std::span<const Weighed> sorted, std::uint64_t all, double share) {
    std::uint64_t seen = 0;
    for (const Weighed& one : sorted) {
        seen += one.packets;
        if (static_cast<double>(seen) >= share * static_cast<double>(all)) return one.delay_ns / 1000;
    }
    return 0;
}

}  // namespace

Delays delays_on_busy_core(std::span<const Call> calls, double share, double sending_ns) {
    const auto work = [&](const Call& call) { return static_cast<double>(call.ns) + sending_ns * call.sent; };
    double all_work = 0;
    for (const Call& call : calls) all_work += work(call);
    if (calls.size() < 2 || all_work == 0) return {};
    const auto length = static_cast<double>(calls.back().at_ns - calls.front().at_ns);
    Delays delays{.times = share * length / all_work};
    std::vector<Weighed> passed;
    std::uint64_t packets = 0;
    double free_at = 0;
    for (const Call& call : calls) {
        const double came = static_cast<double>(call.at_ns - calls.front().at_ns) / delays.times;
        free_at = std::max(free_at, came) + work(call);
        if (call.forwarded == 0) continue;
        passed.push_back({.delay_ns = free_at - came, .packets = call.forwarded});
        packets += call.forwarded;
    }
    std::ranges::sort(passed, {}, &Weighed::delay_ns);
    delays.p50_us = quantile_us(passed, packets, 0.5);
    delays.p99_us = quantile_us(passed, packets, 0.99);
    delays.p999_us = quantile_us(passed, packets, 0.999);
    return delays;
}

}  // namespace klassenraum::path
