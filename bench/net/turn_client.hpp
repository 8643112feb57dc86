// A TURN client over one TLS stream (RFC 8656), as browsers use where UDP is blocked: an allocation, a channel for each
// peer. Octets and time come in, frames and datagrams go out. Owned by a Client.
//
//   Idle ─Allocate─▶ Asking ─401 with realm and nonce─▶ Asking again ─success─▶ Allocated ─refused─▶ Failed
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/turn/message.hpp"

namespace klassenraum::bench {

class TurnClient {
public:
    struct Output {
        struct Datagram {
            Address peer;
            std::vector<std::uint8_t> octets;
        };
        std::string octets;  // for the stream
        std::vector<Datagram> datagrams;
    };

    TurnClient(std::string username, std::string password, Entropy& entropy);

    void begin(Output& out);
    void receive(std::string_view octets, Instant now, Output& out);
    // Nothing goes out before the peer's channel is bound: ICE tries again.
    void send(const Address& peer, ByteView datagram, Instant now, Output& out);
    bool is_allocated() const { return allocated_; }
    bool has_failed() const { return failed_; }

private:
    struct Channel {
        std::uint16_t number = 0;
        bool bound = false;
        Instant asked{};
    };
    void receive_frame(ByteView frame, Instant now, Output& out);
    void receive_answer(const turn::Message& message, Output& out);
    void allocate(Output& out);
    void bind(const Address& peer, Channel& channel, Instant now, Output& out);
    void refresh(Output& out);
    void finish(turn::Writer& writer, Output& out);
    turn::Writer request(turn::Method method);

    std::string username_;
    std::string password_;
    Entropy& entropy_;
    std::string realm_;
    std::string nonce_;
    std::string buffer_;
    bool allocated_ = false;
    bool failed_ = false;
    Instant refreshed_{};
    std::map<Address, Channel> channels_;
    std::map<stun::TransactionId, Address> binding_;
};

}  // namespace klassenraum::bench
