// The transport of a synthetic client: full ICE in the controlled role, as every browser has it against our offer
// (jitsi-media.md 2.2), a DTLS client on OpenSSL with a ClientHello of a browser's size, and SRTP. Only OpenSSL's own
// retransmission reads a clock: a simulation defines gettimeofday() over its virtual time. Owned by a Participant.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/participant/description.hpp"
#include "bench/participant/output.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/srtp/context.hpp"
#include "protocol/stun/message.hpp"

struct ssl_st;  // OpenSSL
struct ssl_ctx_st;

namespace klassenraum::bench {

// What all peers of a process share: certificate and OpenSSL context. Made once, outlives its peers.
class PeerContext {
public:
    // Null: what Chromium offers, in its order. libsrtp2 unless told otherwise, so that a simulation compares two
    // readings; a load generator takes the fastest.
    explicit PeerContext(const char* srtp_profiles = nullptr,
                         srtp::Implementation implementation = srtp::Implementation::Reference);
    ~PeerContext();
    const std::string& fingerprint() const { return identity_.fingerprint(); }
    ssl_ctx_st* handle() const { return context_.get(); }
    srtp::Implementation srtp_implementation() const { return implementation_; }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    crypto::Identity identity_;
    std::unique_ptr<ssl_ctx_st, Free> context_;
    srtp::Implementation implementation_;
};

class Peer {
public:
    enum class Kind : std::uint8_t { Nothing, Rtp, Rtcp };
    struct Received {
        Kind kind = Kind::Nothing;
        MutableBytes octets;  // clear, within the datagram
    };

    Peer(const PeerContext& context, const Offer& offer, Entropy& entropy, Instant now);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    const std::string& ufrag() const { return ufrag_; }
    const std::string& password() const { return password_; }

    Received receive(MutableBytes datagram, const Address& from, Instant now, Uplink& out);
    void expire(Instant now, Uplink& out);
    std::optional<Instant> deadline() const;
    // Asks whether the way is still there, outside the usual rhythm.
    void check(Instant now, Uplink& out) { send_check(now, out); }

    // The first `length` octets of `slot`, encrypted in place and sent; false while media may not flow.
    bool send_rtp(MutableBytes slot, std::size_t length, Uplink& out);
    bool send_rtcp(MutableBytes slot, std::size_t length, Uplink& out);
    bool connected() const { return srtp_ != nullptr; }
    // The last answer to a check of ours; a browser reports "failed" when there is none for long.
    Instant last_answer() const { return last_answer_; }

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    void send_check(Instant now, Uplink& out);
    void receive_stun(ByteView datagram, const Address& from, Instant now, Uplink& out);
    void receive_dtls(ByteView datagram, Instant now, Uplink& out);
    void handshake(Instant now, Uplink& out);
    void flush(Uplink& out);
    void set_handshake_timer(Instant now);
    bool fingerprint_matches() const;

    Entropy& entropy_;
    const PeerContext& context_;
    std::string ufrag_;
    std::string password_;
    std::string remote_ufrag_;
    std::string remote_password_;
    std::string remote_fingerprint_;
    std::vector<Address> candidates_;
    std::size_t selected_ = 0;
    stun::TransactionId check_{};
    std::uint64_t tie_breaker_ = 0;
    Instant check_at_{};
    Instant last_answer_{};
    bool answered_ = false;
    bool controlling_ = false;

    std::unique_ptr<ssl_st, Free> ssl_;
    bool started_ = false;
    bool failed_ = false;
    std::optional<Instant> handshake_at_;
    std::unique_ptr<srtp::Context> srtp_;
};

}  // namespace klassenraum::bench
