// One bound stream as xmpp::Host keeps it. It outlives its connection while it may be resumed (XEP-0198 §5).
#pragma once

#include <optional>
#include <string>

#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/xmpp/session.hpp"
#include "protocol/xmpp/stream_management.hpp"

namespace klassenraum::xmpp {

struct BoundSession {
    Sender sender;
    ConnectionId connection;  // 0 while the connection is lost
    StreamManagement management;
    // The resumption id is `<handle>_<secret>`: the handle finds the session, the secret is compared in constant time.
    std::string resume_handle;
    std::string resume_secret;
    std::optional<Instant> gone_at;  // when a lost connection has been lost for too long

    std::string resume_id() const { return resume_handle + "_" + resume_secret; }
    bool resumable() const { return !resume_handle.empty(); }
};

}  // namespace klassenraum::xmpp
