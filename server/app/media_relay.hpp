// Media over TCP 443: joins TURN clients of the listener to the workers' media. What a client sends to a media port
// goes to that port's worker as a datagram from the client's relayed address, and back the same way. The first version
// passes through the front thread; both ways are bounded and give up the oldest. Owned by the application, on the front
// thread; outlives the io_context, whose connections give their addresses back.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/app/application.hpp"
#include "server/http/listener.hpp"
#include "server/http/media_side.hpp"
#include "server/worker/system_entropy.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

class MediaRelay final : public http::MediaSide {
public:
    // `on_front` runs a function on the front thread; it is called from the workers' threads.
    MediaRelay(const config::Settings& settings,
               Mode mode,
               std::string secret,
               std::function<void(std::function<void()>)> on_front);

    // What clients are told.
    shard::TurnService service() const;
    // Before anything runs. `candidates`: what this worker offers; the first of each family is where clients find it.
    void join(worker::Worker& worker, const std::vector<shard::CandidateAddress>& candidates);
    // Once all workers have joined.
    void serve(http::Listener& listener);

    turn::Pool& pool() override { return *pool_; }
    Entropy& entropy() override { return entropy_; }
    WallTime wall_now() override;
    void relay(const Address& relayed, std::vector<turn::Output::Datagram>& datagrams) override;

private:
    void collect(worker::Worker& worker);

    turn::Config config_;
    std::string host_;
    std::uint16_t port_;
    std::function<void(std::function<void()>)> on_front_;
    worker::SystemEntropy entropy_;
    std::unique_ptr<turn::Pool> pool_;
    http::Listener* listener_ = nullptr;
    std::unordered_map<Address, worker::Worker*> worker_of_;
    std::vector<worker::RelayedDatagram> outgoing_;
    std::deque<worker::RelayedDatagram> incoming_;
};

}  // namespace klassenraum::app
