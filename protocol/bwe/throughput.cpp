#include "protocol/bwe/throughput.hpp"

#include <algorithm>

namespace klassenraum::bwe {
namespace {

constexpr std::size_t kMinWindow = 20;
constexpr std::size_t kRequired = 10;
constexpr Duration kMinSpan = std::chrono::milliseconds(500);
constexpr Duration kMaxSpan = std::chrono::seconds(5);
constexpr Duration kLatestSpan = std::chrono::milliseconds(100);
constexpr std::size_t kLatestPackets = 8;
constexpr Duration kLeastDuration = std::chrono::milliseconds(1);

std::uint32_t microseconds_of(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

// Whichever is the earlier.
Duration between(std::uint32_t before_us, std::uint32_t after_us) {
    return Duration(static_cast<std::int32_t>(after_us - before_us));
}

BitsPerSecond per_second(std::int64_t octets, Duration duration) {
    return octets * 8 * 1'000'000 / std::max(duration, kLeastDuration).count();
}

}  // namespace

void Throughput::add(const PacketResult& packet) {
    if (*packet.arrived - last_arrived_ > kMaxSpan) window_.clear();
    last_arrived_ = *packet.arrived;
    window_.push(
        {.sent_us = microseconds_of(packet.sent), .at_us = microseconds_of(*packet.arrived), .size = packet.size});
    changed_ = true;
    const auto span = [&] { return between(window_.front().at_us, window_.back().at_us); };
    while (window_.size() > 1 && span() > kMaxSpan) window_.pop();
    while (window_.size() > kMinWindow && span() > kMinSpan) window_.pop();
}

std::optional<BitsPerSecond> Throughput::rate() {
    if (changed_) rate_ = measure();
    changed_ = false;
    return rate_;
}

std::optional<BitsPerSecond> Throughput::measure() const {
    if (window_.size() < kRequired) return std::nullopt;
    // From the first packet on.
    const Arrived& first = window_.front();
    Duration widest{};
    Duration second{};
    Duration first_sent{};
    Duration last_sent{};
    Duration first_arrived{};
    Duration last_arrived{};
    Duration before{};
    std::int64_t octets = 0;
    std::uint32_t last_sent_size = first.size;
    for (const auto piece : window_.pieces()) {
        for (const Arrived& packet : piece) {
            const Duration sent = between(first.sent_us, packet.sent_us);
            const Duration arrived = between(first.at_us, packet.at_us);
            octets += packet.size;
            last_sent_size = sent >= last_sent ? packet.size : last_sent_size;
            last_sent = std::max(last_sent, sent);
            first_sent = std::min(first_sent, sent);
            const Duration gap = arrived - before;
            second = std::max(second, std::min(widest, gap));
            widest = std::max(widest, gap);
            before = arrived;
            first_arrived = std::min(first_arrived, arrived);
            last_arrived = std::max(last_arrived, arrived);
        }
    }
    // One gap may be a stall of the path or of the application and counts only as much as the next widest. The octets
    // of the packet that opens (receive side) or closes (send side) the window were moved outside of it.
    const Duration received_in = last_arrived - first_arrived - widest + second;
    const Duration sent_in = last_sent - first_sent;
    const BitsPerSecond receive = per_second(octets - first.size, received_in);
    const BitsPerSecond send = per_second(octets - last_sent_size, sent_in);
    return std::min(receive, send);
}

std::optional<BitsPerSecond> Throughput::latest() const {
    std::int64_t octets = 0;
    std::size_t packets = 0;
    for (std::size_t i = window_.size(); i-- > 1;) {
        octets += window_[i].size;
        ++packets;
        const Duration span = between(window_[i - 1].at_us, window_.back().at_us);
        if (span < kLatestSpan) continue;
        if (packets < kLatestPackets || span > 2 * kLatestSpan) return std::nullopt;
        return per_second(octets, span);
    }
    return std::nullopt;
}

}  // namespace klassenraum::bwe
