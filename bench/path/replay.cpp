#include "bench/path/replay.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <vector>

#include "protocol/bridge/counters.hpp"
#include "protocol/transport/demux.hpp"
#include "server/net/send_batch.hpp"
#include "server/net/udp_socket.hpp"
#include "server/worker/exit.hpp"
#include "tests/sim/virtual_time.hpp"

namespace klassenraum::path {

namespace {

// What comes within this time is read at once, as by a worker that has more to do than to wait.
constexpr Duration kBatch = std::chrono::milliseconds(1);

// More than the caches, and more pages than a core has translations for.
constexpr std::size_t kForeign = std::size_t{64} << 20U;

std::uint64_t thread_cpu_ns() {
    std::timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<std::uint64_t>(spent.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(spent.tv_nsec);
}

// What it costs to ask.
std::uint64_t cost_of_asking() {
    constexpr std::uint64_t kTimes = 1000;
    const std::uint64_t before = thread_cpu_ns();
    for (std::uint64_t i = 1; i < kTimes; ++i) (void)thread_cpu_ns();
    return (thread_cpu_ns() - before) / kTimes;
}

class Player {
public:
    Player(shard::Shard& shard, Instant measured, const Wish& wish) : shard_(shard), measured_(measured), wish_(wish) {
        if (wish.caches == Caches::Cold) foreign_.resize(kForeign);
    }

    void give(const Entry& entry, ByteView octets) {
        if (!began_ && entry.at >= measured_) begin();
        if (!batch_.empty() && (entry.given != Given::Datagram || entry.at - batch_began_ >= kBatch ||
                                batch_.size() == net::kReceiveBatch)) {
            finish_batch();
        }
        expire_until(entry.at);
        if (entry.given == Given::Datagram) {
            if (batch_.empty()) batch_began_ = entry.at;
            // Decrypted in place, which the log must not be.
            const MutableBytes place = MutableBytes(octets_[batch_.size()]).first(octets.size());
            std::memcpy(place.data(), octets.data(), octets.size());
            batch_.push_back({place, entry.from});
            batch_at_ = entry.at;
            const bool rtp = transport::classify(octets) == transport::Kind::Rtp;
            media_ = media_ || rtp;
            ++(rtp ? result_.packets_in : result_.feedback_in);
            return;
        }
        const auto* text = reinterpret_cast<const char*>(octets.data());
        shard::Input input = shard::TextReceived{ConnectionId{entry.connection}, {text, octets.size()}};
        timed(Work::Texts, entry.at, entry.at,
              [&] { shard_.receive(std::move(input), now_, sim::virtual_wall(), out_); });
    }

    Result finish() {
        if (!batch_.empty()) finish_batch();
        result_.forwarded = shard_.counters().packets_forwarded - forwarded_before_;
        result_.left_encrypted = shard_.counters().packets_left_sealed - left_before_;
        result_.datagrams_out = sends_.totals().dropped - sent_before_;  // there is no socket
        result_.delays = delays_on_busy_core(calls_, wish_.busy, wish_.sending_ns);
        return result_;
    }

private:
    void begin() {
        if (!batch_.empty()) finish_batch();
        began_ = true;
        result_ = {};
        calls_.clear();
        forwarded_before_ = shard_.counters().packets_forwarded;
        left_before_ = shard_.counters().packets_left_sealed;
        sent_before_ = sends_.totals().dropped;
    }

    template <typename Act>
    void timed(Work work, Instant came, Instant at, Act&& act) {
        now_ = at;
        sim::virtual_now() = at;
        for (std::size_t i = 0; i < foreign_.size(); i += 64) ++foreign_[i];
        const std::uint64_t forwarded = shard_.counters().packets_forwarded;
        const std::uint64_t sent = sends_.totals().dropped;
        const std::uint64_t before = thread_cpu_ns();
        act();
        sends_.flush();
        const std::uint64_t spent = thread_cpu_ns() - before;
        const std::uint64_t ns = spent - std::min(spent, asking_ns_);
        out_.messages.clear();
        Cost& cost = result_.work[static_cast<std::size_t>(work)];
        ++cost.calls;
        cost.ns += ns;
        calls_.push_back({.at_ns = static_cast<std::uint64_t>(came.time_since_epoch().count()) * 1000,
                          .ns = ns,
                          .sent = static_cast<std::uint32_t>(sends_.totals().dropped - sent),
                          .forwarded = static_cast<std::uint32_t>(shard_.counters().packets_forwarded - forwarded)});
    }

    void finish_batch() {
        timed(media_ ? Work::Media : Work::Feedback, batch_began_, batch_at_, [this] {
            for (const net::Received& datagram : batch_) {
                shard_.receive(datagram.bytes, datagram.from, now_, sim::virtual_wall(), out_);
            }
            shard_.finish_batch(now_, out_);
        });
        batch_.clear();
        media_ = false;
    }

    void expire_until(Instant now) {
        for (auto due = shard_.deadline(); due && *due <= now; due = shard_.deadline()) {
            if (!batch_.empty()) finish_batch();
            timed(Work::Timers, *due, *due, [this] { shard_.expire(now_, sim::virtual_wall(), out_); });
        }
    }

    shard::Shard& shard_;
    Instant measured_;
    Wish wish_;
    net::SendBatch sends_{-1, -1, net::Segmentation::WhenPossible};
    worker::Exit exit_{sends_};
    shard::Outbox out_{exit_, {}};
    std::vector<std::array<std::uint8_t, 2048>> octets_{net::kReceiveBatch};
    std::vector<net::Received> batch_;
    Instant batch_began_{};
    Instant batch_at_{};
    Instant now_{};
    bool media_ = false;
    bool began_ = false;
    std::vector<std::uint8_t> foreign_;
    std::uint64_t asking_ns_ = cost_of_asking();
    std::uint64_t forwarded_before_ = 0;
    std::uint64_t left_before_ = 0;
    std::uint64_t sent_before_ = 0;
    std::vector<Call> calls_;
    Result result_;
};

}  // namespace

Result replay(Log& log, shard::Shard& shard, Instant measured, const Wish& wish) {
    Player player(shard, measured, wish);
    log.for_each([&](const Entry& entry, ByteView octets) { player.give(entry, octets); });
    return player.finish();
}

}  // namespace klassenraum::path
