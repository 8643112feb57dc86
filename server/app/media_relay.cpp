#include "server/app/media_relay.hpp"

#include <utility>

#include "server/app/plan.hpp"
#include "server/net/local_addresses.hpp"
#include "server/worker/clock.hpp"

namespace klassenraum::app {

MediaRelay::MediaRelay(const config::Settings& settings,
                       Mode mode,
                       std::string secret,
                       std::function<void(std::function<void()>)> on_front)
    : config_{.realm = settings.server.domain,
              .secret = std::move(secret),
              .peers = {},
              .loopback = mode == Mode::Development},
      host_(settings.server.relay_name.empty() ? settings.server.domain : settings.server.relay_name),
      port_(endpoint_of(settings.listen.https.at(0)).port),
      on_front_(std::move(on_front)) {}

shard::TurnService MediaRelay::service() const {
    return {.host = host_, .port = port_, .secret = config_.secret};
}

// One peer per family and worker, so that what a worker sends needs no sender's address to be told apart by.
void MediaRelay::join(worker::Worker& worker, const std::vector<shard::CandidateAddress>& candidates) {
    worker::RelaySide side;
    side.ready = [this, &worker] { on_front_([this, &worker] { collect(worker); }); };
    for (const shard::CandidateAddress& candidate : candidates) {
        const auto address = net::parse_address(candidate.ip, candidate.port);
        if (!address) continue;
        Address& known = address->is_v4() ? side.v4 : side.v6;
        if (known.port != 0) continue;
        known = *address;
        config_.peers.push_back(*address);
        worker_of_.emplace(*address, &worker);
    }
    worker.serve_relayed(std::move(side));
}

void MediaRelay::serve(http::Listener& listener) {
    pool_ = std::make_unique<turn::Pool>(config_);
    listener_ = &listener;
    listener.serve_turn(*this);
}

WallTime MediaRelay::wall_now() {
    return worker::wall_now();
}

void MediaRelay::relay(const Address& relayed, std::vector<turn::Output::Datagram>& datagrams) {
    // Nearly always all go to one worker; each run of those that do is one visit to its box.
    for (std::size_t i = 0; i < datagrams.size(); ++i) {
        const Address peer = datagrams[i].peer;
        outgoing_.push_back({relayed, peer, std::move(datagrams[i].octets)});
        if (i + 1 < datagrams.size() && datagrams[i + 1].peer == peer) continue;
        const auto worker = worker_of_.find(peer);
        if (worker != worker_of_.end()) worker->second->post_relayed(outgoing_);
        outgoing_.clear();
    }
    datagrams.clear();
}

void MediaRelay::collect(worker::Worker& worker) {
    worker.take_relayed(incoming_);
    for (const worker::RelayedDatagram& datagram : incoming_) {
        listener_->relay(datagram.client, datagram.peer, datagram.octets);
    }
    incoming_.clear();
}

}  // namespace klassenraum::app
