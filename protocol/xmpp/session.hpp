// What the rest of the signalling sees of a bound XMPP stream, and what it may say to one. xmpp::Host makes these; muc
// and focus use them; nothing else about sockets, SASL or stream management leaves xmpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/xmpp/jid.hpp"

namespace klassenraum::xmpp {

// Who sends a stanza. `from` of every stanza that is handed on has been overwritten with `jid`.
struct Sender {
    SessionId session;
    Jid jid;                             // full JID
    std::optional<std::string> account;  // school account, by SASL PLAIN or by the login cookie of the same origin
    bool guest_domain = true;            // bound on the anonymous domain (also a teacher known by cookie)
    std::string room_hint;               // `?room=` of the WebSocket's URL, decoded; may be empty
};

// A serialised stanza for one session. A fan-out shares one body among all its receivers; `to` is spliced in for each.
struct Delivery {
    SessionId session;
    std::shared_ptr<const std::string>
        stanza;                 // complete element without a `to` attribute, or with it when to_offset is 0
    std::size_t to_offset = 0;  // where ` to="<full jid>"` is inserted; 0: nothing to insert
};

// Ends a stream for good: kick, room end, server stop. Its resumption is void from now on.
struct Dismissal {
    SessionId session;
    std::string condition;  // RFC 6120 §4.9.3 stream error condition, e.g. "conflict"; empty: plain close
};

}  // namespace klassenraum::xmpp
