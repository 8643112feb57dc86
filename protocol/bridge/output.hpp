// What the bridge has to say after a call: datagrams go straight into the sink, the rest is collected as values in the
// order in which it arose. Owned by the shard, which empties it after each call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/ids.hpp"

namespace klassenraum::bridge {

// The two carriers of the bridge channel; one endpoint may have both, then the one that spoke last is used.
enum class Channel : std::uint8_t { WebSocket, Sctp };

struct Output {
    struct ChannelText {  // one message to the client
        EndpointId endpoint;
        Channel channel = Channel::WebSocket;
        std::string text;
    };
    struct ChannelClose {  // RFC 6455 §7.4 code, our own words
        EndpointId endpoint;
        Channel channel = Channel::WebSocket;
        std::uint16_t code = 1000;
        std::string reason;
    };
    struct SctpPacket {  // came out of the endpoint's DTLS
        EndpointId endpoint;
        std::vector<std::uint8_t> packet;
    };

    explicit Output(DatagramSink& sink) : datagrams(sink) {}

    // Nothing but datagrams, which are on their way.
    bool empty() const {
        return events.empty() && texts.empty() && closes.empty() && sctp.empty() && sctp_ready.empty();
    }

    DatagramSink& datagrams;
    std::vector<colibri::Event> events;
    std::vector<ChannelText> texts;
    std::vector<ChannelClose> closes;
    std::vector<SctpPacket> sctp;
    std::vector<EndpointId> sctp_ready;  // DTLS is up and the offer had a data content
};

}  // namespace klassenraum::bridge
