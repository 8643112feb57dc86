#include "protocol/bwe/queue_delay.hpp"

#include <algorithm>

namespace klassenraum::bwe {
namespace {

constexpr Duration kLatest = std::chrono::milliseconds(75);  // one or two of these: a frame at 15 a second, some voices
constexpr Duration kEver = std::chrono::seconds(20);
constexpr Duration kEmpty = std::chrono::milliseconds(10);
// A queue grows or shrinks; one that overflows for a time loses packets, and is a longer one.
constexpr Duration kLevel = std::chrono::milliseconds(3);
constexpr Duration kStays = std::chrono::seconds(2);
constexpr Duration kSmall = std::chrono::milliseconds(60);
// From one packet to the next, though a line of a quarter of what arrives would have carried it in that time.
constexpr Duration kStep = std::chrono::milliseconds(30);
constexpr std::int64_t kNarrower = 4;
constexpr Duration kStepStays = std::chrono::milliseconds(500);

}  // namespace

std::optional<Duration> QueueDelay::Least::add(Duration delay, Instant now, Duration window) {
    std::optional<Duration> ended;
    if (!now_ || now - since_ >= window) {
        ended = before_ = now_;
        now_ = delay;
        since_ = now;
    }
    now_ = std::min(*now_, delay);
    return ended;
}

std::optional<Duration> QueueDelay::Least::get() const {
    return now_ && before_ ? std::min(now_, before_) : now_;
}

void QueueDelay::add(const PacketResult& packet, std::optional<BitsPerSecond> throughput) {
    const Instant now = *packet.arrived;
    const Duration delay = now - packet.sent;
    ever_.add(delay, now, kEver);
    if (const auto least = latest_.add(delay, now, kLatest)) watch_level(*least, now);
    watch_step(packet, delay, throughput);
}

void QueueDelay::watch_level(Duration delay, Instant now) {
    if (std::exchange(lost_, false) || std::chrono::abs(delay - level_) > kLevel) {
        level_ = delay;
        level_since_ = now;
    } else if (now - level_since_ >= kStays && !empty() && excess() < kSmall) {
        find_longer_way();
    }
}

void QueueDelay::watch_step(const PacketResult& packet, Duration delay, std::optional<BitsPerSecond> throughput) {
    const bool in_order = packet.sent >= last_sent_;
    const Duration before = last_delay_;
    const Duration jump = delay - before;
    last_sent_ = packet.sent;
    last_delay_ = delay;
    if (step_ && delay < *step_) step_.reset();
    if (step_ && *packet.arrived - step_at_ >= kStepStays) find_longer_way();
    if (!in_order || jump < kStep || !throughput) return;
    const double carried_by = static_cast<double>(packet.size) * 8 / seconds_of(jump);
    if (carried_by >= static_cast<double>(*throughput / kNarrower)) return;
    step_ = before + jump / 2;
    step_at_ = *packet.arrived;
}

void QueueDelay::find_longer_way() {
    accept();
    step_.reset();
    longer_way_ = true;
}

Duration QueueDelay::excess() const {
    const auto latest = latest_.get();
    const auto ever = ever_.get();
    return latest && ever ? *latest - *ever : Duration::zero();
}

Duration QueueDelay::last_excess() const {
    const auto ever = ever_.get();
    return ever ? last_delay_ - *ever : Duration::zero();
}

bool QueueDelay::empty() const {
    return excess() < kEmpty;
}

void QueueDelay::accept() {
    if (const auto latest = latest_.get()) ever_.set(*latest);
}

}  // namespace klassenraum::bwe
