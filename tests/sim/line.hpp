// One direction of somebody's line to the server: rate with a queue, delay, jitter, loss in bursts, reordering,
// duplicates and interruptions. Decides for each datagram when it arrives; with the same entropy it decides the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::sim {

using namespace std::chrono_literals;

struct LineProfile {
    std::uint64_t bits_per_second = 0;  // 0: no limit
    Duration delay = 10ms;
    Duration jitter = 0ms;  // added, uniform; keeps the order
    double loss = 0;
    double burst = 1;    // mean number of packets lost together
    double reorder = 0;  // share of packets that come 10 to 30 ms late, behind others
    double duplicate = 0;
    Duration queue = 200ms;  // what does not fit in is dropped
};

// A datagram on its way over a line, for whoever keeps a log of them.
struct Passage {
    Instant at;            // when it came to the line …
    Duration waited;       // … and how long until it was on it, its own octets included
    std::uint32_t octets;  // IP and UDP included
    bool lost;             // or did not fit into the queue
};

class Line {
public:
    Line(const LineProfile& profile, Entropy& entropy) : profile_(profile), entropy_(entropy) {}

    void set(const LineProfile& profile) { profile_ = profile; }
    const LineProfile& profile() const { return profile_; }
    void cut_until(Instant end) { cut_until_ = end; }
    // From now on each datagram is noted there; null: no longer.
    void keep_log(std::vector<Passage>* log) { log_ = log; }

    struct Arrivals {
        std::optional<Instant> first;
        std::optional<Instant> second;  // of a duplicate
    };
    Arrivals send(std::size_t octets, Instant now) {
        constexpr std::size_t kHeaders = 28;  // IP and UDP
        const std::size_t size = octets + kHeaders;
        ++sent_;
        if (now < cut_until_ || lost()) return drop(size, now);
        Instant out = now;
        if (profile_.bits_per_second != 0) {
            const Instant begin = std::max(free_at_, now);
            if (begin - now > profile_.queue) return drop(size, now);
            free_at_ = begin + Duration(static_cast<std::int64_t>(size * 8'000'000 / profile_.bits_per_second));
            out = free_at_;
            queued_ = out - now;
        }
        note(size, now, out - now, false);
        out += profile_.delay;
        if (profile_.jitter > Duration::zero()) out += random_up_to(profile_.jitter);
        Arrivals arrivals;
        if (chance(profile_.reorder)) {
            arrivals.first = out + 10ms + random_up_to(20ms);
        } else {
            last_ = std::max(out, last_);
            arrivals.first = last_;
        }
        if (chance(profile_.duplicate)) arrivals.second = *arrivals.first + random_up_to(5ms);
        return arrivals;
    }
    // Of one text on a TCP connection: never lost, but later.
    Instant send_reliably(Instant now) {
        Instant out = std::max(now, cut_until_ > now ? cut_until_ + 200ms : now) + profile_.delay;
        if (chance(profile_.loss)) out += 200ms;
        return last_text_ = std::max(out, last_text_);
    }

    std::uint64_t sent() const { return sent_; }
    std::uint64_t dropped() const { return dropped_; }
    Duration queued() const { return queued_; }  // what the last packet had to wait for the rate

private:
    Arrivals drop(std::size_t size, Instant now) {
        ++dropped_;
        note(size, now, Duration::zero(), true);
        return {};
    }
    void note(std::size_t size, Instant now, Duration waited, bool lost) {
        if (log_ == nullptr) return;
        log_->push_back({.at = now, .waited = waited, .octets = static_cast<std::uint32_t>(size), .lost = lost});
    }
    bool chance(double probability) {
        return probability > 0 && entropy_.below(1'000'000) < static_cast<std::uint32_t>(probability * 1e6);
    }
    Duration random_up_to(Duration most) {
        return Duration(entropy_.below(static_cast<std::uint32_t>(most.count()) + 1));
    }
    // Gilbert's model: a burst goes on with a probability that gives its mean length, and begins so that `loss` holds.
    bool lost() {
        if (profile_.loss <= 0) return false;
        const double stay = 1 - 1 / std::max(profile_.burst, 1.0);
        const double begin = profile_.loss * (1 - stay) / std::max(1 - profile_.loss, 0.01);
        losing_ = chance(losing_ && profile_.burst > 1 ? stay : profile_.burst > 1 ? begin : profile_.loss);
        return losing_;
    }

    LineProfile profile_;
    Entropy& entropy_;
    Instant free_at_{};
    Instant last_{};
    Instant last_text_{};
    Instant cut_until_{};
    Duration queued_{};
    std::vector<Passage>* log_ = nullptr;
    bool losing_ = false;
    std::uint64_t sent_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace klassenraum::sim
