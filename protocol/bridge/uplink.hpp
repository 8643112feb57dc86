// The receive path of media (jitsi-media.md 3.4): an endpoint's packet, already decrypted and authenticated, is checked
// against what the endpoint signalled, recorded, and handed to the router. Part of the Bridge's call, on its stack.
#pragma once

#include "protocol/bridge/conference.hpp"
#include "protocol/core/drop_reason.hpp"

namespace klassenraum::bridge {

// The octets may be changed in place (RTX decapsulation). None when the packet was forwarded or at least taken in.
// Before decryption: whether the packet is of an encoding that nobody takes …
bool nobody_takes(const Endpoint& sender, ByteView datagram);
// … and then, without its tag: true when it is the rest of a frame that a decrypted packet has shown. It is noted, and
// not to be decrypted. Whatever looks different is decrypted, and so proves what it is.
bool leave_sealed(Endpoint& sender, ByteView octets, Context& context);
// Decrypted.
DropReason receive_rtp(Conference& conference, Endpoint& sender, MutableBytes octets, Context& context);

}  // namespace klassenraum::bridge
