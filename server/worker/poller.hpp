// What a worker sleeps on: its sockets, its next deadline, and the other threads' call. One epoll instance used by one
// thread; wake() alone may be called from others. Owned by the worker's loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::worker {

class Poller {
public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    // Before the first wait(); the descriptor outlives this.
    void watch(int descriptor);
    // Sleeps at most `longest`, zero: only looks. The places, in the order of watch(), of those that are readable;
    // valid until the next call.
    const std::vector<std::size_t>& wait(Duration longest);
    // The present wait() returns, or the next one.
    void wake();

private:
    int epoll_;
    int call_;
    std::atomic<bool> called_ = false;
    std::size_t watched_ = 0;
    std::vector<std::size_t> readable_;
};

}  // namespace klassenraum::worker
