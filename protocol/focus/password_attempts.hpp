// Wrong passwords at one room's door (threats.md M4): each refusal waits longer than the last one, per stream and per
// room, while a right password never waits. What a stream sends before its refusal went out is refused with it, unread.
// Owned by a Conference.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::focus {

class PasswordAttempts {
public:
    // Whether this stream must wait for a refusal: its attempt is not to be judged.
    bool is_waiting(SessionId session) const;

    // A wrong password: the refusal goes out later. When everybody in a full list still waits, so that only attackers
    // can be so many, the one that waited longest is named: its stream is to end, or it would guess on at once.
    std::optional<SessionId> refuse(SessionId session, xmpp::Delivery refusal, Instant now);
    void forget(SessionId session);

    void expire(Instant now, std::vector<xmpp::Delivery>& out);
    std::optional<Instant> deadline() const;

private:
    struct Record {
        SessionId session;
        unsigned wrong = 0;
        std::optional<Instant> due;
        xmpp::Delivery refusal;
    };
    std::deque<Record> records_;
    std::deque<Instant> recent_;  // wrong ones of the whole room
};

}  // namespace klassenraum::focus
