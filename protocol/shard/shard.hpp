// Everything one worker knows, in one value: the XMPP streams, the rooms with their focus, and the bridge. Bytes, time
// and randomness go in; datagrams and messages for the front come out. The worker calls it from one thread; a
// simulation calls it with virtual time and a seed, and gets the same octets each time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bridge/config.hpp"
#include "protocol/core/address.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/shard/message.hpp"

namespace klassenraum::bridge {
struct Counters;
}

namespace klassenraum::shard {

// One address at which the worker's UDP socket can be reached, offered as an ICE host candidate (RFC 8839 §5.1).
struct CandidateAddress {
    std::string ip;  // textual, IPv4 or IPv6
    std::uint16_t port = 0;
};

// TURN over TLS (RFC 8656) at the front, announced by XEP-0215 with credentials made from the secret.
struct TurnService {
    std::string host;
    std::uint16_t port = 0;
    std::string secret;
};

struct Config {
    std::string domain;  // "jitsi.kmz-sha.de"; guest., conference., focus. and auth. names derive from it
    std::string
        websocket_origin;  // "wss://jitsi.kmz-sha.de" or "wss://localhost:8443": base of the bridge channel's URL
    std::string worker_name = "w0";  // first part of the bridge channel's path
    std::vector<CandidateAddress> candidates;
    std::optional<TurnService> turn;
    bool offer_sctp = true;
    bridge::Config media;  // all but the worker's name
    std::string password_key;             // focus::Config::password_key
    std::uint32_t max_participants = 40;  // of one room
    std::uint32_t max_rooms = 60;
    Duration leave_grace = std::chrono::seconds(30);    // product.md section 4: verwaist-kurz
    Duration orphan_grace = std::chrono::seconds(300);  // verwaist
};

struct Outbox {
    DatagramSink& datagrams;
    std::vector<Output> messages;
};

class Shard {
public:
    Shard(Config config, const crypto::Identity& identity, Entropy& entropy);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // One datagram of a batch; its octets are decrypted in place. finish_batch() follows the last one of the batch.
    void receive(MutableBytes datagram, const Address& from, Instant now, WallTime wall, Outbox& out);
    void finish_batch(Instant now, Outbox& out);
    void receive(Input input, Instant now, WallTime wall, Outbox& out);

    void expire(Instant now, WallTime wall, Outbox& out);
    std::optional<Instant> deadline() const;

    // What the machine says about this worker, about once a second: bridge/overload.hpp makes of it who is let in and
    // how much is shown.
    void measure(const bridge::Load& load, Instant now, WallTime wall, Outbox& out);

    const bridge::Counters& counters() const;
    struct Population {
        std::uint32_t rooms = 0;
        std::uint32_t sessions = 0;
    };
    Population population() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::shard
