// One TURN client over one stream (RFC 8656): octets of the TLS connection go in, frames for it and datagrams for our
// media ports come out. It may reach nothing else, so there is no relay socket; the relayed address is a name for the
// connection. Owned by the connection, on the front thread; knows no clock and no socket.
//
//   Waiting ─Allocate with good credentials─▶ Allocated ─Refresh 0, lifetime over─▶ Over
//       └── 15 s, too many refusals, a broken frame ──────────────────────────────────▲
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/turn/message.hpp"
#include "protocol/turn/pool.hpp"

namespace klassenraum::turn {

struct Output {
    struct Datagram {
        Address peer;
        std::vector<std::uint8_t> octets;
    };
    std::vector<std::vector<std::uint8_t>> frames;  // for the client, each to be written whole
    std::vector<Datagram> datagrams;                // for our media ports, from relayed()
};

class Allocation {
public:
    // `client`: where the TCP connection comes from; told to the client as its mapped address and kept nowhere else.
    Allocation(Pool& pool, Entropy& entropy, const Address& client, Instant now);
    ~Allocation();
    Allocation(const Allocation&) = delete;
    Allocation& operator=(const Allocation&) = delete;

    // Octets as they come out of TLS, in any pieces.
    void receive(ByteView octets, Instant now, WallTime wall, Output& out);
    // A datagram from one of our media ports to the relayed address.
    void relay(const Address& peer, ByteView datagram, Instant now, Output& out);

    void expire(Instant now);
    Instant deadline() const { return until_; }
    bool is_over() const { return state_ == State::Over; }  // close the connection once what is queued was sent
    const Address* relayed() const { return state_ == State::Allocated ? &relayed_ : nullptr; }

private:
    enum class State : std::uint8_t { Waiting, Allocated, Over };
    struct Permission {
        Address host;  // port 0
        Instant until;
    };
    struct Channel {
        std::uint16_t number = 0;
        Address peer;
        Instant until;
    };

    // The length of the first frame in the octets, 0 when more are needed; nullopt: no frame can begin so.
    std::optional<std::size_t> frame_length(ByteView octets) const;
    void receive_frame(ByteView frame, Instant now, WallTime wall, Output& out);
    void receive_channel_data(ByteView frame, Instant now, Output& out);
    void receive_indication(const Message& message, Instant now, Output& out);
    void send_to(const Address& peer, ByteView datagram, Output& out);

    void answer_request(const Message& request, Instant now, WallTime wall, Output& out);
    bool authenticate(const Message& request, WallTime wall, Output& out);
    void allocate(const Message& request, Instant now, Output& out);
    void refresh(const Message& request, Instant now, Output& out);
    void create_permission(const Message& request, Instant now, Output& out);
    void bind_channel(const Message& request, Instant now, Output& out);
    void challenge(const Message& request, Error error, Output& out);
    void refuse(const Message& request, Error error, Output& out);
    void count_refusal();

    std::optional<Error> objection_to(const Address& peer_host) const;
    bool permit(const Address& peer, Instant now);
    bool is_permitted(const Address& peer, Instant now) const;
    void end();

    Pool& pool_;
    Entropy& entropy_;
    Address client_;
    State state_ = State::Waiting;
    Instant until_;
    std::string nonce_;     // one per connection: nobody can repeat a request on another one
    std::string username_;  // of the allocation
    std::array<std::uint8_t, 16> key_{};
    Address relayed_;
    std::vector<Permission> permissions_;
    std::vector<Channel> channels_;
    std::vector<std::uint8_t> buffer_;  // the beginning of a frame
    std::size_t refusals_ = 0;
};

}  // namespace klassenraum::turn
