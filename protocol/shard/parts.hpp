// How the parts of a shard are wired: what the streams say goes to the rooms, what the focus orders goes to the bridge,
// and what these answer goes back, until nobody has anything left to say. Owned by Shard.
#pragma once

#include <map>
#include <set>

#include "protocol/bridge/bridge.hpp"
#include "protocol/focus/conferences.hpp"
#include "protocol/shard/shard.hpp"
#include "protocol/xmpp/host.hpp"

namespace klassenraum::shard {

struct Shard::Parts {
    Parts(const Config& config, const crypto::Identity& identity, Entropy& entropy);

    void receive(MutableBytes datagram, const Address& from, Instant now, WallTime wall, Outbox& out);
    void finish_batch(Instant now, Outbox& out);
    void receive(Input input, Instant now, WallTime wall, Outbox& out);
    void expire(Instant now, WallTime wall, Outbox& out);
    void measure(const bridge::Load& load, Instant now, WallTime wall, Outbox& out);

    xmpp::Host host;
    focus::Conferences conferences;
    bridge::Bridge bridge;

private:
    // One turn: the calls of a turn append here, settle() carries everything on and empties it.
    struct Turn {
        Turn(Instant instant, WallTime wall_time, Outbox& outbox)
            : now(instant), wall(wall_time), out(outbox), media(outbox.datagrams) {}
        Instant now;
        WallTime wall;
        Outbox& out;
        xmpp::HostOutput streams;
        focus::Output rooms;
        bridge::Output media;
    };

    void announce_turn(const TurnService& service, Entropy& entropy);
    void settle(Turn& turn);
    bool carry_streams(Turn& turn);
    bool carry_rooms(Turn& turn);
    bool carry_media(Turn& turn);

    void open_channel(const ChannelOpened& opened, Turn& turn);
    void close(ConnectionId connection, Turn& turn);
    void send_channel_texts(Turn& turn);

    // Which bridge WebSocket belongs to which endpoint, both ways; a newer socket replaces an older one.
    std::map<ConnectionId, EndpointId> channel_endpoints_;
    std::map<EndpointId, ConnectionId> channel_connections_;
    std::set<SessionId> interrupted_;
    WallTime wall_;  // of the input being served
    Instant review_rooms_at_{};
};

}  // namespace klassenraum::shard
