// One thread with its UDP sockets and its Shard, and nothing shared with other threads but two mailboxes: reads batches
// of datagrams, hands them in, sends what comes out, then serves the front's values within a time budget, then sleeps
// until the shard's deadline. Owned by the application.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/shard/message.hpp"
#include "protocol/shard/shard.hpp"
#include "server/net/udp_socket.hpp"
#include "server/worker/counters.hpp"
#include "server/worker/relay_box.hpp"

namespace klassenraum::worker {

// decisions.md 3: values from the front wait while datagrams do.
inline constexpr Duration kSignallingBudget = std::chrono::microseconds(500);
// Batches read from one socket before timers and values get their turn.
inline constexpr std::size_t kBatchesPerTurn = 4;

// At most one socket per family.
struct Sockets {
    std::vector<net::UdpSocket> sockets;
};

// Called on the worker's thread with everything one turn had to say; must only hand it on.
using Deliver = std::function<void(std::vector<shard::Output>)>;

// Media over TCP (RFC 8656): under which address of each family TURN clients know this worker, and what is called, on
// the worker's thread, when the first datagram for such clients waits in take_relayed().
struct RelaySide {
    Address v4;
    Address v6;
    std::function<void()> ready;
};

class Worker {
public:
    Worker(Sockets sockets, shard::Config config, const crypto::Identity& identity, Deliver deliver);
    ~Worker();  // stop()
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start();
    // False: the mailbox is full. Ends of connections and of endpoints are always taken.
    bool post(shard::Input input);
    void serve_relayed(RelaySide side);  // before start()
    // From TURN clients; when the worker does not keep up the oldest go. The vector is left empty.
    void post_relayed(std::vector<RelayedDatagram>& datagrams);
    void take_relayed(std::deque<RelayedDatagram>& into);
    // Ends the thread after the turn it is in; the front lets Stopping take effect first.
    void stop();

    const Counters& counters() const;

private:
    struct Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace klassenraum::worker
