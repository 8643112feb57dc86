#include "bench/quality/line_log.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

constexpr Duration kWindow = 1s;
constexpr Duration kStep = 50ms;

std::span<const sim::Passage> between(const std::vector<sim::Passage>& all, Instant from, Instant to) {
    const auto first = std::ranges::lower_bound(all, from, {}, &sim::Passage::at);
    const auto last = std::ranges::lower_bound(all, to, {}, &sim::Passage::at);
    return {first, last};
}

double per_second(double octets, Duration span) {
    return octets * 8 * 1e6 / static_cast<double>(span.count());
}

}  // namespace

double LineLog::offered(Instant from, Instant to) const {
    double octets = 0;
    for (const sim::Passage& passage : between(passages_, from, to)) octets += passage.octets;
    return per_second(octets, to - from);
}

double LineLog::carried(Instant from, Instant to) const {
    constexpr Duration kLongestQueue = 2s;
    double octets = 0;
    for (const sim::Passage& passage : between(passages_, from - kLongestQueue, to)) {
        const Instant left = passage.at + passage.waited;
        if (!passage.lost && left >= from && left < to) octets += passage.octets;
    }
    return per_second(octets, to - from);
}

double LineLog::lost_share(Instant from, Instant to) const {
    const auto span = between(passages_, from, to);
    if (span.empty()) return 0;
    return static_cast<double>(std::ranges::count_if(span, &sim::Passage::lost)) / static_cast<double>(span.size());
}

Duration LineLog::waiting(double p, Instant from, Instant to) const {
    std::vector<Duration> waits;
    for (const sim::Passage& passage : between(passages_, from, to)) {
        if (!passage.lost) waits.push_back(passage.waited);
    }
    if (waits.empty()) return {};
    const auto place = static_cast<std::size_t>(p * static_cast<double>(waits.size() - 1));
    std::ranges::nth_element(waits, waits.begin() + static_cast<std::ptrdiff_t>(place));
    return waits[place];
}

Duration LineLog::until_below(double rate, Instant from, Instant to) const {
    for (Instant at = from; at + kWindow <= to; at += kStep) {
        if (offered(at, at + kWindow) <= rate) return at - from;
    }
    return to - from;
}

Duration LineLog::until_carried(double rate, Instant from, Instant to) const {
    for (Instant at = from; at + kWindow <= to; at += kStep) {
        if (carried(at, at + kWindow) >= rate) return at - from;
    }
    return to - from;
}

}  // namespace klassenraum::quality
