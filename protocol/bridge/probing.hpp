// Packets that are sent for the line's sake: what a probe cluster still lacks, as repetitions of what was sent last
// (which at least repair what was lost), else as padding on the bridge's own SSRC; a little at a time, so that a
// burst has the rate it claims. Called by the conference at short intervals while there is something to send.
#pragma once

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"

namespace klassenraum::bridge {

// Sends what is due now; true while more will be due within kPaceInterval.
bool send_probes(Endpoint& receiver, Context& context);
// Raises what is sent towards the estimate while somebody could be shown better: only what is sent can prove that the
// line carries it. Called once per tick.
void send_allocation_padding(Endpoint& receiver, Context& context);

}  // namespace klassenraum::bridge
