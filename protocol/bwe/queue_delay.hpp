// How long packets stand in a queue on the way to a receiver: what the least delayed one of the last moments took
// longer than the least delayed one of the last 20 to 40 s. Frames come in bursts, which stand in a queue for a moment
// on every line; a line that carries what is sent is empty again before the next one. Clocks need not agree. Owned by
// Estimator.
#pragma once

#include <optional>
#include <utility>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bwe {

class QueueDelay {
public:
    // `throughput`: what lately arrived, if that is known.
    void add(const PacketResult& packet, std::optional<BitsPerSecond> throughput);
    void lost() { lost_ = true; }
    Duration excess() const;
    // The same of the last packet alone, which may have been behind others of its burst.
    Duration last_excess() const;
    // The line was empty a moment ago: a trend is that of a burst.
    bool empty() const;
    // What is there is no queue: the way has become longer.
    void accept();
    // That was found out since the last call: the delay became longer than what was sent can have made it, or a little
    // longer and then changed no more, without a loss.
    bool take_longer_way() { return std::exchange(longer_way_, false); }

private:
    // The least of this window and of the one before.
    class Least {
    public:
        // What the window's least was, when this begins the next one.
        std::optional<Duration> add(Duration delay, Instant now, Duration window);
        std::optional<Duration> get() const;
        void set(Duration delay) { now_ = before_ = delay; }

    private:
        std::optional<Duration> now_;
        std::optional<Duration> before_;
        Instant since_{};
    };
    void watch_level(Duration delay, Instant now);
    void watch_step(const PacketResult& packet, Duration delay, std::optional<BitsPerSecond> throughput);
    void find_longer_way();

    Least latest_;
    Least ever_;
    Duration level_{};
    Instant level_since_{};
    bool lost_ = false;  // a packet, since the level was last looked at
    Instant last_sent_{};
    Duration last_delay_{};
    std::optional<Duration> step_;  // half way up one: below that it was none
    Instant step_at_{};
    bool longer_way_ = false;
};

}  // namespace klassenraum::bwe
