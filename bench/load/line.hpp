// One direction of a participant's line to the server: loss in bursts, delay, jitter, and a rate with a queue. Decides
// for each datagram when it arrives; with the same entropy it decides the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

struct LineProfile {
    std::uint64_t bits_per_second = 0;  // 0: no limit
    Duration delay{};
    Duration jitter{};  // added, uniform; keeps the order
    double loss = 0;
    double burst = 1;  // mean number of packets lost together
    Duration queue = std::chrono::milliseconds(200);

    bool is_plain() const { return bits_per_second == 0 && delay.count() == 0 && jitter.count() == 0 && loss <= 0; }
};

struct LineProfiles {
    LineProfile up = {};
    LineProfile down = {};
    bool relayed = false;  // TURN over TLS on the HTTPS port, as where UDP is blocked
};

// A name (lan, dsl, lte, wlan-voll, funkloch, schule-443) or terms such as "loss=2%,delay=30ms,rate=1M".
std::optional<LineProfiles> parse_line_profiles(std::string_view text);

class Line {
public:
    Line(const LineProfile& profile, std::uint64_t seed) : profile_(profile), entropy_(seed) {}

    void cut_until(Instant end) { cut_until_ = end; }
    bool is_plain() const { return profile_.is_plain() && cut_until_ == Instant{}; }

    // When a datagram of that size arrives; nothing: it is lost.
    std::optional<Instant> send(std::size_t octets, Instant now) {
        if (now < cut_until_ || lost()) return std::nullopt;
        Instant out = now;
        if (profile_.bits_per_second != 0) {
            constexpr std::size_t kHeaders = 28;  // IP and UDP
            const Instant begin = std::max(free_at_, now);
            if (begin - now > profile_.queue) return std::nullopt;
            free_at_ =
                begin + Duration(static_cast<std::int64_t>((octets + kHeaders) * 8'000'000 / profile_.bits_per_second));
            out = free_at_;
        }
        out += profile_.delay;
        if (profile_.jitter.count() > 0) {
            out += Duration(entropy_.below(static_cast<std::uint32_t>(profile_.jitter.count()) + 1));
        }
        last_ = std::max(out, last_);
        return last_;
    }

private:
    bool chance(double probability) {
        return probability > 0 && entropy_.below(1'000'000) < static_cast<std::uint32_t>(probability * 1e6);
    }
    // Gilbert's model: a burst goes on with a probability that gives its mean length, and begins so that `loss` holds.
    bool lost() {
        if (profile_.loss <= 0) return false;
        if (profile_.burst <= 1) return chance(profile_.loss);
        const double stay = 1 - 1 / profile_.burst;
        const double begin = profile_.loss * (1 - stay) / std::max(1 - profile_.loss, 0.01);
        losing_ = chance(losing_ ? stay : begin);
        return losing_;
    }

    LineProfile profile_;
    SeededEntropy entropy_;
    Instant free_at_{};
    Instant last_{};
    Instant cut_until_{};
    bool losing_ = false;
};

}  // namespace klassenraum::bench
