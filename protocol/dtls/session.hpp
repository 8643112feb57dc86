// The server side of one DTLS association (RFC 6347, RFC 5764, RFC 8261) over OpenSSL and memory. Datagrams and time
// come in; datagrams, application data and SRTP keys come out. Owned by transport::Bundle, made when the first datagram
// comes from a proven address.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/time.hpp"
#include "protocol/dtls/fingerprint.hpp"
#include "protocol/dtls/flight.hpp"
#include "protocol/dtls/server_context.hpp"

struct ssl_st;  // OpenSSL's SSL

namespace klassenraum::dtls {

class Session {
public:
    //   Handshaking ─both Finished─▶ Established ─close_notify or authentic alert─▶ Closed
    //        └──── fatal error, 30 s ────▶ Failed
    enum class State : std::uint8_t { Handshaking, Established, Closed, Failed };

    Session(const ServerContext& context, Instant now);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // What the session has to say is sent to `to`, the selected path, wherever the datagram came from.
    DropReason receive(ByteView datagram,
                       const Address& to,
                       Instant now,
                       DatagramSink& sink,
                       std::vector<std::vector<std::uint8_t>>& application_data);
    // Dropped unless Established.
    void send(ByteView application_data, const Address& to, DatagramSink& sink);
    void close(const Address& to, DatagramSink& sink);

    State state() const { return state_; }
    // When Established: the peer's certificate is the one that was signalled.
    bool peer_matches(const std::vector<Fingerprint>& fingerprints) const;
    // When Established: the number of the SRTP profile (RFC 5764 §4.1.2), and `out` filled by the exporter of §4.2.
    std::uint16_t srtp_profile() const;
    bool export_srtp_keys(MutableBytes out) const;

    // `to` may be null while no path has consent: then nothing is sent again.
    void expire(const Address* to, Instant now, DatagramSink& sink);
    std::optional<Instant> deadline() const;

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };

    void set_empty_bios();
    void wake();
    void rest();
    bool feed(ByteView datagram);
    void handshake();
    void read(std::vector<std::vector<std::uint8_t>>& application_data);
    void established();
    void flush(const Address& to, DatagramSink& sink);

    std::unique_ptr<ssl_st, Free> ssl_;
    State state_ = State::Handshaking;
    Flight flight_;
    Instant give_up_at_;
    std::optional<Instant> send_again_at_;
    Duration interval_;
    unsigned datagrams_ = 0;
    std::vector<std::uint8_t> peer_certificate_;  // DER
};

}  // namespace klassenraum::dtls
