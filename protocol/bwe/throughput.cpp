#include "protocol/bwe/throughput.hpp"

#include <algorithm>

namespace klassenraum::bwe {
namespace {

constexpr std::size_t kMinWindow = 20;
constexpr std::size_t kRequired = 10;
constexpr Duration kMinSpan = std::chrono::milliseconds(500);
constexpr Duration kMaxSpan = std::chrono::seconds(5);
constexpr Duration kLeastDuration = std::chrono::milliseconds(1);

BitsPerSecond per_second(std::int64_t octets, Duration duration) {
    return octets * 8 * 1'000'000 / std::max(duration, kLeastDuration).count();
}

}  // namespace

void Throughput::add(const PacketResult& packet) {
    window_.push({.sent = packet.sent, .at = *packet.arrived, .size = packet.size});
    const auto span = [&] { return window_.back().at - window_.front().at; };
    while (window_.size() > 1 && span() > kMaxSpan) window_.pop();
    while (window_.size() > kMinWindow && span() > kMinSpan) window_.pop();
}

std::optional<BitsPerSecond> Throughput::rate() const {
    if (window_.size() < kRequired) return std::nullopt;
    Duration widest{};
    Duration second{};
    Instant first_sent = window_.front().sent;
    Instant last_sent = first_sent;
    Instant first_arrived = window_.front().at;
    Instant last_arrived = first_arrived;
    std::int64_t octets = 0;
    std::uint32_t last_sent_size = window_.front().size;
    for (std::size_t i = 0; i < window_.size(); ++i) {
        const Arrived& packet = window_[i];
        octets += packet.size;
        if (packet.sent >= last_sent) {
            last_sent = packet.sent;
            last_sent_size = packet.size;
        }
        first_sent = std::min(first_sent, packet.sent);
        if (i > 0) {
            const Duration gap = packet.at - window_[i - 1].at;
            if (gap > widest) {
                second = widest;
                widest = gap;
            } else {
                second = std::max(second, gap);
            }
        }
        first_arrived = std::min(first_arrived, packet.at);
        last_arrived = std::max(last_arrived, packet.at);
    }
    // One gap may be a stall of the path or of the application and counts only as much as the next widest. The octets
    // of the packet that opens (receive side) or closes (send side) the window were moved outside of it.
    const Duration received_in = last_arrived - first_arrived - widest + second;
    const Duration sent_in = last_sent - first_sent;
    const BitsPerSecond receive = per_second(octets - window_.front().size, received_in);
    const BitsPerSecond send = per_second(octets - last_sent_size, sent_in);
    return std::min(receive, send);
}

}  // namespace klassenraum::bwe
