// A greedy download on somebody's line, as TCP does it: a window that grows by one packet per round trip, doubles at
// first, and is halved once per round trip when something is lost. It takes place beside the lesson, from a server that
// is as far away as ours.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {

class Flow {
public:
    Flow(World& world, Browser& browser) : world_(world), browser_(browser) {}
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;

    void start() {
        running_ = true;
        fill_window();
    }
    void stop() { running_ = false; }
    std::uint64_t octets() const { return octets_; }  // that arrived

private:
    static constexpr std::size_t kPayload = 1472;

    void fill_window() {
        while (running_ && in_flight_ < static_cast<int>(window_)) {
            const Instant sent = world_.now();
            const Line::Arrivals arrivals = browser_.down.send(kPayload, sent);
            ++in_flight_;
            const Duration back = browser_.up.profile().delay;
            if (arrivals.first) {
                world_.at(*arrivals.first + back, [this, sent] { acknowledged(sent); });
            } else {
                world_.at(sent + round_trip_, [this, sent] { lost(sent); });
            }
        }
    }
    void acknowledged(Instant sent) {
        --in_flight_;
        octets_ += kPayload;
        round_trip_ = world_.now() - sent;
        window_ += window_ < threshold_ ? 1 : 1 / window_;
        fill_window();
    }
    void lost(Instant sent) {
        --in_flight_;
        if (sent > reduced_at_) {
            reduced_at_ = world_.now();
            threshold_ = window_ = std::max(window_ / 2, 2.0);
        }
        fill_window();
    }

    World& world_;
    Browser& browser_;
    double window_ = 10;
    double threshold_ = 1e9;
    int in_flight_ = 0;
    Duration round_trip_ = 100ms;
    Instant reduced_at_{};
    std::uint64_t octets_ = 0;
    bool running_ = false;
};

}  // namespace klassenraum::sim
