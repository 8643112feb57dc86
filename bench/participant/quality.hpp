// What a person would say about one source that they watch or hear, in numbers. Values, filled by the receivers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/core/ring.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

// Freezes as WebRTC counts them: a frame that comes later than max(3 × average, average + 150 ms) of the last thirty.
class FreezeMeter {
public:
    void frame(Instant now) {
        if (last_) {
            const Duration interval = now - *last_;
            watched += interval;
            if (is_freeze(interval)) {
                ++freezes;
                frozen += interval;
            }
            remember(interval);
        }
        last_ = now;
    }
    // The source is no longer meant to come: the time until its next frame counts for nothing. A freeze that had begun
    // before, counts.
    void pause(Instant now) {
        *this = settled(now);
        last_.reset();
        intervals_.clear();
        sum_ = Duration::zero();
    }
    // As it would stand if the next frame came now, when that is a freeze already.
    FreezeMeter settled(Instant now) const {
        FreezeMeter copy = *this;
        if (last_ && copy.is_freeze(now - *last_)) copy.frame(now);
        return copy;
    }

    void reset_counts() {
        freezes = 0;
        frozen = watched = longest = Duration::zero();
    }

    std::uint32_t freezes = 0;
    Duration frozen{};
    Duration watched{};
    Duration longest{};

private:
    bool is_freeze(Duration interval) {
        constexpr std::size_t kFewest = 5;
        longest = std::max(longest, interval);
        if (intervals_.size() < kFewest) return false;
        const Duration average = sum_ / static_cast<std::int64_t>(intervals_.size());
        return interval >= std::max<Duration>(3 * average, average + std::chrono::milliseconds(150));
    }
    void remember(Duration interval) {
        if (intervals_.full()) sum_ -= intervals_.front();
        intervals_.push(interval);
        sum_ += interval;
    }

    std::optional<Instant> last_;
    Ring<Duration, 30> intervals_;
    Duration sum_{};
};

struct VideoQuality {
    FreezeMeter playing{};
    std::optional<Instant> first_frame{};
    std::optional<Instant> last_frame{};
    std::uint64_t frames = 0;
    std::uint64_t key_frames = 0;
    std::uint64_t octets = 0;          // of RTP payload, retransmissions included
    std::uint32_t layer_switches = 0;  // of resolution, with the source unchanged
    std::uint16_t height = 0;          // of the last frame
    // Must stay zero: decoded by the rules of RTP, but not from what it was encoded from, or another person's picture.
    std::uint32_t corrupt = 0;
    std::uint32_t misattributed = 0;
    Duration delay_sum{};  // from capture to decoding
    Duration longest_delay{};

    double frozen_share() const { return share(playing.frozen, playing.watched); }
    Duration mean_delay() const { return frames == 0 ? Duration{} : delay_sum / static_cast<std::int64_t>(frames); }
    static double share(Duration part, Duration whole) {
        return whole <= Duration::zero() ? 0 : static_cast<double>(part.count()) / static_cast<double>(whole.count());
    }
};

struct AudioQuality {
    std::optional<Instant> first_packet;
    std::optional<Instant> last_packet;
    std::uint64_t played = 0;    // packets that came in time
    std::uint64_t missed = 0;    // that never came, or too late: 20 ms of silence each
    std::uint64_t repaired = 0;  // of those played: came late, but still in time
    std::uint32_t misattributed = 0;

    double gap_share() const {
        return played + missed == 0 ? 0 : static_cast<double>(missed) / static_cast<double>(played + missed);
    }
};

}  // namespace klassenraum::bench
