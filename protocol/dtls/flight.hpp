// What OpenSSL wrote, on its way out (RFC 6347 §4.1, §4.2.4): records are packed into datagrams, and the clear flight
// of the server is kept to be sent again. OpenSSL's own timer reads the wall clock, which protocol code must not (a
// jump of the host's clock would stop handshakes), so the timer is ours: clear records get their sequence numbers here,
// and a retransmission is the same messages under new numbers, as the RFC asks. Owned by dtls::Session.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/datagram_sink.hpp"

namespace klassenraum::dtls {

class Flight {
public:
    // Sends all records in `written`, which is changed in place, and keeps those of a clear flight.
    void send(MutableBytes written, const Address& to, DatagramSink& sink);
    void send_again(const Address& to, DatagramSink& sink);
    void clear() { kept_ = std::vector<std::uint8_t>(); }
    bool empty() const { return kept_.empty(); }

private:
    void number_clear_records(MutableBytes records);

    std::uint64_t next_clear_number_ = 0;
    std::vector<std::uint8_t> kept_;  // clear handshake records, at most kMaxFlight octets
};

}  // namespace klassenraum::dtls
