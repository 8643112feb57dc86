// One candidate pair (RFC 8445 §6.1.2): the server has a single local address, so a pair is the client's address and
// what the checks have shown about it. Owned by the agent.
#pragma once

#include <optional>

#include "protocol/core/address.hpp"
#include "protocol/core/time.hpp"
#include "protocol/stun/message.hpp"

namespace klassenraum::ice {

struct Pair {
    Address remote;
    Instant heard;                    // the last authenticated datagram from there
    std::optional<Instant> media;     // the last authenticated DTLS or SRTP packet from there
    std::optional<Instant> answered;  // the last answer to a check of ours: this is consent

    // Our check in flight, if any, and what is due next.
    stun::TransactionId transaction{};
    bool awaiting = false;
    bool nominating = false;     // this check carried USE-CANDIDATE
    unsigned transmissions = 0;  // of this check
    unsigned unanswered = 0;     // transmissions of all checks since the last answer
    std::optional<Instant> due;  // the next transmission
    bool begin = false;          // which is the first of a new check
    Instant renew{};             // when the next consent check begins
    bool doubted = false;        // since the last answer

    bool has_consent(Instant now, Duration timeout) const { return answered && now - *answered < timeout; }
};

}  // namespace klassenraum::ice
