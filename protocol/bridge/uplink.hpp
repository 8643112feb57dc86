// The receive path of media (jitsi-media.md 3.4): an endpoint's packet, already decrypted and authenticated, is checked
// against what the endpoint signalled, recorded, and handed to the router. Part of the Bridge's call, on its stack.
#pragma once

#include "protocol/bridge/conference.hpp"
#include "protocol/core/drop_reason.hpp"

namespace klassenraum::bridge {

// The octets may be changed in place (RTX decapsulation). None when the packet was forwarded or at least taken in.
DropReason receive_rtp(Conference& conference, Endpoint& sender, MutableBytes octets, Context& context);

}  // namespace klassenraum::bridge
