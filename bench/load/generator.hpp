// One thread of the load generator: an epoll loop over the sockets and the deadlines of its clients. It watches itself:
// how late it was, how much of its core it took and what its sockets lost tell whether it, not the server, was the
// bottleneck.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/load/client.hpp"

namespace klassenraum::bench {

// What a thread has measured since it was told to measure anew.
struct Measured {
    Probe probe;
    ReceiveBuffers::Totals received;
    SendBuffer::Totals sent;
    Histogram lateness;  // of deadlines
    std::uint64_t socket_drops = 0;
    Duration cpu{};
};

class Generator {
public:
    Generator(const TlsClientContext& tls, const PeerContext& peers, const SocketTarget& server, Instant begin);
    ~Generator();
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;

    // Before start().
    void add(ClientPlan plan) { plans_.push_back(std::move(plan)); }
    void start();  // once
    // Runs `call` on the thread, between two turns, and waits for it.
    void on_thread(const std::function<void(Generator&)>& call);
    void stop();

    // On its own thread.
    std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
    void measure_anew();
    Measured measured() const;
    // Of video, since the last call.
    Histogram delays_since_last();

    // For the progress bar, from any thread.
    struct Progress {
        std::atomic<std::uint32_t> in_room = 0;
        std::atomic<std::uint32_t> connected = 0;
        std::atomic<std::uint32_t> failed = 0;
        std::atomic<std::uint64_t> received = 0;
        std::atomic<std::uint64_t> sent = 0;
    };
    const Progress& progress() const { return progress_; }

private:
    struct Due {
        Instant at;
        std::uint32_t client;
        bool operator<(const Due& other) const { return at > other.at; }
    };
    void run();
    void schedule(std::uint32_t client);
    void serve_deadlines();
    void wait();
    void publish();
    void run_calls();

    std::vector<ClientPlan> plans_;
    Workshop workshop_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<Instant> scheduled_;
    std::vector<Due> due_;  // a heap; what is no longer scheduled is skipped
    Histogram lateness_;
    Histogram delays_before_;
    Duration cpu_before_{};
    ReceiveBuffers::Totals received_before_;
    SendBuffer::Totals sent_before_;
    std::uint64_t drops_before_ = 0;
    Instant publish_at_{};
    Progress progress_;
    int wake_ = -1;
    std::mutex mutex_;
    std::vector<std::function<void()>> calls_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

Instant steady_now();

}  // namespace klassenraum::bench
