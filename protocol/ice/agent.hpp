// RFC 8445, the controlling agent of a server whose address is public: it answers authenticated checks, answers each
// new path with a nominating check of its own (Firefox needs one, measured 2026), keeps consent fresh (RFC 7675) and
// follows a client to another path. Owned by transport::Bundle.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/prefetch.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/ice/limits.hpp"
#include "protocol/ice/pair.hpp"

namespace klassenraum::ice {

struct Credentials {
    std::string ufrag;
    std::string password;
    bool operator==(const Credentials&) const = default;
};

class Agent {
public:
    //   Checking ─our check answered─▶ Connected ─no answer for 30 s, on no path─▶ ConsentLost
    //       └────── nobody answered in time ──▶ TimedOut
    enum class State : std::uint8_t { Checking, Connected, TimedOut, ConsentLost };

    Agent(Entropy& entropy, Instant created);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    const Credentials& local() const { return local_; }
    // Checks that came before are answered with checks of our own now. False: lengths outside RFC 8839, or set already.
    bool set_remote(Credentials remote, Instant now, DatagramSink& sink);

    DropReason receive(ByteView datagram, const Address& from, Instant now, DatagramSink& sink);
    // An authenticated DTLS or SRTP packet came from a path: this is how a client shows which path it uses.
    void media_received(const Address& from, Instant now);
    // Something that may be forged says that the peer is gone: it is asked at once, and consent ends soon when it does
    // not answer.
    void doubt(Instant now);
    // The peer withdrew its consent (RFC 7675 §5.2).
    void revoke_consent();

    bool accepts(const Address& from) const {
        return (state_ == State::Connected && from == selected_address_) || find(from) != nullptr;
    }
    std::span<const Address> paths() const { return addresses_; }
    std::uint32_t paths_version() const { return paths_version_; }
    const Address* selected() const { return state_ == State::Connected ? &selected_address_ : nullptr; }
    // selected() will be asked soon: brings it nearer to the core.
    void prefetch() const { klassenraum::prefetch(&state_); }

    State state() const { return state_; }
    void expire(Instant now, DatagramSink& sink);
    std::optional<Instant> deadline() const;

private:
    const Pair* find(const Address& remote) const;
    Pair* find(const Address& remote);
    Pair* admit(const Address& remote, Instant now);
    void erase(std::size_t index);
    void addresses_changed();
    void set_selected(std::size_t index);

    DropReason receive_request(const stun::Message& request, const Address& from, Instant now, DatagramSink& sink);
    DropReason receive_response(const stun::Message& response, const Address& from, Instant now, DatagramSink& sink);
    bool roles_conflict(const stun::Message& request);
    void answer(const stun::Message& request, const Address& to, std::uint16_t error, DatagramSink& sink) const;

    void begin_check(Pair& pair, Instant now, DatagramSink& sink);
    void transmit_check(Pair& pair, Instant now, DatagramSink& sink);
    void check_due(Pair& pair, Instant now, DatagramSink& sink);
    bool is_preferred(const Pair& pair, Instant now) const;
    void consider(Pair& pair, Instant now);
    static void schedule_check(Pair& pair, Instant now);
    void select(const Pair& pair);
    void leave_lost_path(Instant now);

    // First what each packet needs.
    State state_ = State::Checking;
    Address selected_address_;  // meaningful when Connected, as selected_ is
    std::size_t selected_ = 0;
    std::vector<Pair> pairs_;
    std::vector<Address> addresses_;  // of pairs_, in the same order

    Entropy& entropy_;
    Credentials local_;
    Credentials remote_;
    std::string check_username_;  // "theirs:ours"
    std::uint64_t tie_breaker_;
    bool controlling_ = true;
    std::uint32_t paths_version_ = 0;
    Instant connect_by_;
};

}  // namespace klassenraum::ice
