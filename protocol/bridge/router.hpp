// The forwarding loop: one packet of a source, already decrypted and parsed, goes to everyone subscribed. For each
// receiver its projection decides, the packet is written into a slot of the sink with the receiver's header, and
// encrypted there. Nothing here allocates, locks or logs. Retransmissions take the same way from the source's cache.
#pragma once

#include <cstdint>

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/projection/video_packet.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::bridge {

// `admission`: to whom it goes besides those who chose this voice.
void forward_audio(Source& source,
                   const rtp::Packet& packet,
                   const projection::AudioPacket& audio,
                   rtp::Codec codec,
                   const VoiceAdmission& admission,
                   Context& context);
void forward_video(const Subscription& subscription,
                   const rtp::Packet& packet,
                   const projection::VideoPacket& video,
                   Context& context);
void forward_video(Source& source, const rtp::Packet& packet, const projection::VideoPacket& video, Context& context);

// A packet of the stream, as its projection decided.
DropReason send_picture(Endpoint& receiver,
                        VideoStream& stream,
                        const rtp::Packet& packet,
                        const projection::VideoPacket& video,
                        const projection::Projection& projection,
                        Context& context);

// Sends again what the receiver says it misses, once per round trip and within its budget. False when it was not sent.
bool retransmit(Endpoint& receiver, AudioStream& stream, std::uint16_t sequence, Context& context);
bool retransmit(Endpoint& receiver, VideoStream& stream, std::uint16_t sequence, Context& context);

// Sends again what the receiver was sent under this number, whether or not it misses it; the size, 0 when it is gone.
std::size_t repeat(Endpoint& receiver, VideoStream& stream, std::uint16_t sequence, Context& context);
// A packet of nothing but padding on the bridge's own SSRC.
std::size_t send_padding(Endpoint& receiver, Context& context);

}  // namespace klassenraum::bridge
