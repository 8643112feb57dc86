// Who has handled how many stanzas of one session (XEP-0198 §4), and those we sent that the peer has not acknowledged:
// they are sent again when the session is resumed on another connection (§5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::xmpp {

class StreamManagement {
public:
    bool enabled() const { return enabled_; }
    void enable() { enabled_ = true; }

    // Counting begins with <enabled/>; wraps at 2^32 as §4 says.
    void received() { handled_ += enabled_ ? 1 : 0; }
    std::uint32_t handled() const { return handled_; }
    std::uint32_t sent() const { return sent_; }

    // Keeps a stanza until it is acknowledged. False when too much is kept; the session is then beyond repair.
    bool keep(const Delivery& delivery, Instant now);
    // Drops what the peer has handled. False, and nothing changes, when it claims more than was sent or takes back.
    bool acknowledge(std::uint32_t handled, Instant now);
    const std::vector<Delivery>& unacknowledged() const { return unacknowledged_; }

    // Whether to ask for an acknowledgement now: after every few stanzas, or when fewer have waited for a while.
    bool wants_request(Instant now) const;
    void requested(Instant now);
    // Another connection: whatever was asked on the old one is void.
    void forget_request() { requested_at_.reset(); }
    // The peer was asked and has been silent for too long.
    bool is_stuck(Instant now) const;
    std::optional<Instant> deadline() const;

private:
    bool enabled_ = false;
    std::uint32_t handled_ = 0;
    std::uint32_t sent_ = 0;
    std::vector<Delivery> unacknowledged_;
    std::size_t octets_ = 0;
    std::size_t since_request_ = 0;  // stanzas kept after the last request
    std::optional<Instant> waiting_since_;
    std::optional<Instant> requested_at_;
};

}  // namespace klassenraum::xmpp
