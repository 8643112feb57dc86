// One WebSocket as xmpp::Host keeps it: its stream, what of it waits, and until when it must have got further.
#pragma once

#include <optional>
#include <string>

#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/xmpp/allowance.hpp"
#include "protocol/xmpp/stream.hpp"

namespace klassenraum::xmpp {

struct Connection {
    Stream stream;
    Intake intake;
    std::string room_hint;
    std::optional<std::string> cookie_account;
    std::optional<Instant> negotiated_by;  // login, then binding; nothing once bound
    RequestId question;                    // the password that is being verified
    // A refusal on its way to the peer: it waits, so that guessing is slow while the right password never waits.
    std::optional<Instant> refusal_at;
    SessionId session;
};

}  // namespace klassenraum::xmpp
