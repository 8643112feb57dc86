// Datagrams of TURN clients on their way between the front and a worker. Either side may be slow: then the oldest go,
// as on any line; nobody waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "protocol/core/address.hpp"

namespace klassenraum::worker {

struct RelayedDatagram {
    Address client;  // the relayed address, whichever way it goes
    Address peer;    // to a client: our own media port; else not needed
    std::vector<std::uint8_t> octets;
};

// A quarter of a second of fifty learners at 1 Mbit/s each.
inline constexpr std::size_t kMaxRelayed = 2048;

class RelayBox {
public:
    // True: the box was empty, so the receiver has to be woken. The vector is left empty.
    bool post(std::vector<RelayedDatagram>& datagrams) {
        const std::lock_guard lock(mutex_);
        const bool first = datagrams_.empty() && !datagrams.empty();
        for (auto& datagram : datagrams) {
            if (datagrams_.size() == kMaxRelayed) {
                datagrams_.pop_front();
                ++dropped_;
            }
            datagrams_.push_back(std::move(datagram));
        }
        datagrams.clear();
        return first;
    }
    void take(std::deque<RelayedDatagram>& into) {
        into.clear();
        const std::lock_guard lock(mutex_);
        into.swap(datagrams_);
    }
    std::uint64_t dropped() const {
        const std::lock_guard lock(mutex_);
        return dropped_;
    }

private:
    mutable std::mutex mutex_;
    std::deque<RelayedDatagram> datagrams_;
    std::uint64_t dropped_ = 0;
};

}  // namespace klassenraum::worker
