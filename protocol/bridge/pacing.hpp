// What the Pacer decides, done: packets that may not go yet are put aside, and go when their time has come, with the
// header, the transport-wide number and the encryption of that moment. Nothing is encrypted twice: a number of a stream
// belongs to one entry only.
#pragma once

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/projection/video_packet.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::bridge {

// True for a receiver whose line is not known to be narrower than what goes to it.
bool may_go_at_once(Endpoint& receiver, Instant now);

void hold_back(Endpoint& receiver,
               const VideoStream& stream,
               const rtp::Packet& packet,
               const projection::VideoPacket& video,
               const projection::Projection& projection,
               Context& context);
// A repetition; false when there is no place for it.
bool hold_back(Endpoint& receiver, const VideoStream& stream, std::uint16_t sequence, Context& context);

// Sends what may go now, as one run; true while more waits.
bool send_waiting(Endpoint& receiver, Context& context);
// Sends the next that waits, whether or not it may go yet; false: nothing waits.
bool send_next_waiting(Endpoint& receiver, Context& context);

}  // namespace klassenraum::bridge
