// The RTCP that clients send (jitsi-media.md 3.5): sender reports go on to the receivers in their numbering,
// retransmissions are served from the cache, wishes for key frames are merged, everything else ends here. Members about
// SSRCs that are not the sender's, or not sent to it, have no effect (threats.md R5).
#pragma once

#include "protocol/bridge/conference.hpp"
#include "protocol/core/drop_reason.hpp"

namespace klassenraum::bridge {

// A whole RTCP datagram, decrypted and authenticated.
DropReason receive_rtcp(Conference& conference, Endpoint& sender, ByteView datagram, Context& context);

}  // namespace klassenraum::bridge
