// The RTCP that the bridge writes of its own accord (jitsi-media.md 3.5): to senders receiver reports, transport-wide
// feedback, NACK and PLI; to receivers the senders' reports in the receiver's numbering. Every message is one datagram
// of reduced size (RFC 5506).
#pragma once

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/rtcp/report.hpp"

namespace klassenraum::bridge {

void send_receiver_reports(Endpoint& sender, Context& context);
// Nothing is sent before it is due.
void send_transport_feedback(Endpoint& sender, Context& context);
// Asks for the packets of the source that are due to be asked for.
void send_nacks(Source& source, Context& context);
// Sends a PLI when one is due.
void send_keyframe_request(Source& source, Context& context);
// Passes the sender's report about one encoding to everyone who gets that encoding, so that lips and voice stay
// together.
void forward_sender_report(Source& source, std::uint8_t encoding, const rtcp::SenderReport& report, Context& context);

}  // namespace klassenraum::bridge
