// The server side of one DTLS association (RFC 6347, RFC 5764, RFC 8261) over OpenSSL and memory. Datagrams and time
// come in; datagrams, application data and SRTP keys come out. Where nothing but the keys was wanted, OpenSSL's object
// (43 kB) goes soon after the handshake. Owned by transport::Bundle, made when the first datagram comes from a proven
// address.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
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

    // An association without data, whose peer has the keys, retires: our farewell is sealed then and sent by close();
    // the peer's can no longer be told from a forgery, and is only heard (farewell_heard).
    void keys_in_use() { keys_in_use_ = true; }
    // What data would be sent for goes another way: it need not be waited for long.
    void expect_no_data(Instant now);
    // Once for each datagram in which there may have been one.
    bool farewell_heard() { return std::exchange(farewell_heard_, false); }

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
    // When Established, and not retired: the peer's certificate is the one that was signalled.
    bool peer_matches(const std::vector<Fingerprint>& fingerprints) const;
    // Likewise: the number of the SRTP profile (RFC 5764 §4.1.2), and `out` filled by the exporter of §4.2.
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
    void retire();
    void listen(ByteView datagram);

    std::unique_ptr<ssl_st, Free> ssl_;  // null when retired
    State state_ = State::Handshaking;
    Flight flight_;
    Instant give_up_at_;
    std::optional<Instant> send_again_at_;
    Duration interval_;
    unsigned datagrams_ = 0;
    std::vector<std::uint8_t> peer_certificate_;  // DER
    Duration data_patience_;
    std::optional<Instant> retire_at_;            // while no data was carried
    bool keys_in_use_ = false;                    // by the peer: it has our Finished
    std::vector<std::uint8_t> farewell_;          // when retired
    bool farewell_heard_ = false;
};

}  // namespace klassenraum::dtls
