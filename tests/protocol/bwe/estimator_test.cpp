// The estimator against a bottleneck in virtual time: a queue with a rate, a delay and losses, and feedback every 60 ms, as
// Chromium sends it.
#include "protocol/bwe/estimator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "protocol/core/entropy.hpp"

namespace klassenraum::bwe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sends at the estimate (or at a cap), through one drop-tail queue.
class Path {
public:
    explicit Path(Limits limits, double loss = 0, std::uint64_t seed = 1) : estimator(limits), loss_(loss), entropy_(seed) {
        estimator.set_wanted(limits.maximum);
    }

    BitsPerSecond capacity = 2'000'000;
    BitsPerSecond application_cap = 100'000'000;
    Duration one_way = milliseconds(25);
    Duration longest_queue = milliseconds(500);  // what does not fit in is lost
    Estimator estimator;

    void run_for(Duration duration) {
        const Instant end = now_ + duration;
        while (now_ < end) {
            now_ += milliseconds(5);
            send_due();
            if (now_ - last_feedback_ >= milliseconds(60)) send_feedback();
            estimator.expire(now_);
            for (const ProbeCluster& cluster : estimator.take_probes()) {
                const std::uint32_t packets = std::max(cluster.min_packets, cluster.min_octets() / kPacket + 1);
                const auto gap = Duration(static_cast<std::int64_t>(kPacket) * 8 * 1'000'000 / cluster.rate);
                for (std::uint32_t i = 0; i < packets; ++i) send(cluster.id, now_ + gap * i);
            }
        }
    }
    Duration queue_delay() const { return std::max(busy_until_ - now_, Duration::zero()); }
    Duration worst_queue_delay() const { return worst_; }
    void forget_worst() { worst_ = {}; }

private:
    static constexpr std::uint32_t kPacket = 1000;

    void send_due() {
        credit_ += static_cast<double>(std::min(estimator.estimate(), application_cap)) * 0.005 / 8;
        while (credit_ >= kPacket) {
            credit_ -= kPacket;
            send(kNoProbe, now_);
        }
        credit_ = std::min(credit_, 3.0 * kPacket);
    }
    void send(std::int32_t cluster, Instant at) {
        const std::uint16_t sequence = next_++;
        estimator.sent(sequence, kPacket, cluster, at);
        const bool dropped = busy_until_ - at > longest_queue || entropy_.below(10000) < loss_ * 10000;
        if (dropped) {
            pending_.push_back({sequence, std::nullopt, at});
            return;
        }
        busy_until_ = std::max(busy_until_, at) + Duration(static_cast<std::int64_t>(kPacket) * 8 * 1'000'000 / capacity);
        worst_ = std::max(worst_, busy_until_ - at);
        pending_.push_back({sequence, busy_until_ + one_way, at});
    }
    void send_feedback() {
        last_feedback_ = now_;
        std::vector<Estimator::Report> reports;
        // A lost packet is known as lost once a later one has arrived.
        auto last = pending_.end();
        for (auto it = pending_.begin(); it != pending_.end(); ++it) {
            if (it->arrived && *it->arrived + one_way <= now_) last = it;
        }
        if (last == pending_.end()) return;
        for (auto it = pending_.begin(); it != std::next(last); ++it) reports.push_back({it->sequence, it->arrived});
        pending_.erase(pending_.begin(), std::next(last));
        estimator.feedback(reports, now_, workspace_);
    }

    Estimator::Workspace workspace_;
    struct InFlight {
        std::uint16_t sequence;
        std::optional<Instant> arrived;
        Instant sent;
    };
    std::deque<InFlight> pending_;
    Instant now_{};
    Instant last_feedback_{};
    Instant busy_until_{};
    Duration worst_{};
    double credit_ = 0;
    double loss_;
    SeededEntropy entropy_;
    std::uint16_t next_ = 65000;
};

TEST(Estimator, FillsAFreeLineWithinSeconds) {
    Path path({.start = 1'000'000});
    path.capacity = 4'000'000;
    path.run_for(seconds(4));
    EXPECT_GE(path.estimator.estimate(), 3'000'000);
    EXPECT_LE(path.estimator.estimate(), 4'600'000);
}

TEST(Estimator, GoesBelowANarrowedLineWithinASecondAndAHalf) {
    Path path({.start = 1'000'000});
    path.run_for(seconds(15));
    path.capacity = 500'000;
    path.run_for(milliseconds(1500));
    EXPECT_LE(path.estimator.estimate(), 500'000);
}

// A short queue is full at once and grows no further.
TEST(Estimator, TakesLossOnAFullQueueForANarrowedLine) {
    Path path({.start = 1'000'000});
    path.longest_queue = milliseconds(60);
    path.run_for(seconds(15));
    path.capacity = 500'000;
    path.run_for(milliseconds(600));
    EXPECT_LE(path.estimator.estimate(), 500'000);
}

TEST(Estimator, TakesARecoveredLineAgainWithinFiveSeconds) {
    Path path({.start = 1'000'000});
    path.run_for(seconds(10));
    path.capacity = 500'000;
    path.run_for(seconds(20));
    path.capacity = 2'000'000;
    path.run_for(seconds(5));
    EXPECT_GE(path.estimator.estimate(), 1'700'000);
}

TEST(Estimator, KeepsTheQueueShortInSteadyState) {
    Path path({.start = 1'000'000});
    path.run_for(seconds(20));
    path.forget_worst();
    path.run_for(seconds(30));
    EXPECT_LE(path.worst_queue_delay(), milliseconds(250));
    EXPECT_GE(path.estimator.estimate(), 1'400'000);
}

TEST(Estimator, TakesTenPercentRandomLossForTheLinesOwn) {
    Path path({.start = 1'000'000}, 0.10);
    path.run_for(seconds(30));
    EXPECT_GE(path.estimator.estimate(), 500'000);
}

TEST(Estimator, StaysWithinItsLimitsWhateverTheFeedbackSays) {
    const Limits limits{.start = 1'000'000, .minimum = 50'000, .maximum = 3'000'000};
    Estimator estimator(limits);
    Estimator::Workspace workspace;
    SeededEntropy entropy(7);
    Instant now{};
    for (int round = 0; round < 5000; ++round) {
        now += Duration(entropy.below(20000));
        estimator.sent(static_cast<std::uint16_t>(entropy.u32()), entropy.below(1500), kNoProbe, now);
        std::vector<Estimator::Report> reports;
        for (std::uint32_t i = entropy.below(30); i > 0; --i) {
            Estimator::Report report{static_cast<std::uint16_t>(entropy.u32()), std::nullopt};
            if (entropy.below(2) == 0) report.arrived = Instant(Duration(static_cast<std::int64_t>(entropy.u64() >> 24)));
            reports.push_back(report);
        }
        estimator.feedback(reports, now, workspace);
        estimator.remb(static_cast<BitsPerSecond>(entropy.u64() >> 20), now);
        estimator.expire(now);
        ASSERT_GE(estimator.estimate(), limits.minimum);
        ASSERT_LE(estimator.estimate(), limits.maximum);
        ASSERT_LE(estimator.take_probes().size(), 5U);
    }
}

TEST(Estimator, SameInputGivesTheSameEstimate) {
    Path one({.start = 1'000'000}, 0.05, 3);
    Path two({.start = 1'000'000}, 0.05, 3);
    one.run_for(seconds(12));
    two.run_for(seconds(12));
    EXPECT_EQ(one.estimator.estimate(), two.estimator.estimate());
}

}  // namespace
}  // namespace klassenraum::bwe
