// Where a worker's datagrams leave: the socket's batch, or for a TURN client's address the front. Private to this
// folder.
#pragma once

#include <vector>

#include "protocol/core/datagram_sink.hpp"
#include "protocol/turn/relayed_address.hpp"
#include "server/net/send_batch.hpp"
#include "server/worker/relay_box.hpp"

namespace klassenraum::worker {

class Exit final : public DatagramSink {
public:
    explicit Exit(net::SendBatch& socket) : socket_(socket) {}
    // By which of our media ports TURN clients know this worker.
    void know_as(const Address& v4, const Address& v6) {
        v4_ = v4;
        v6_ = v6;
    }

    MutableBytes acquire() override {
        slot_ = socket_.acquire();
        return slot_;
    }
    void commit(const Address& destination, std::size_t length) override {
        if (!turn::is_relayed(destination)) return socket_.commit(destination, length);
        const auto octets = slot_.first(length);
        relayed.push_back({destination, destination.is_v4() ? v4_ : v6_, {octets.begin(), octets.end()}});
    }

    void pause() override { socket_.pause(); }

    std::vector<RelayedDatagram> relayed;

private:
    net::SendBatch& socket_;
    Address v4_;
    Address v6_;
    MutableBytes slot_;
};

}  // namespace klassenraum::worker
