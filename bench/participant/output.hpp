// What a participant has to say after a call: texts for its two WebSockets, wishes about them, and datagrams, which go
// straight into the sink. Emptied by whoever drives it, a simulation or a load tester.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum::bench {

// Datagrams of one participant on their way out. Like klassenraum::DatagramSink, but it may be called with any size.
class Uplink {
public:
    virtual ~Uplink() = default;
    virtual void send(const Address& to, ByteView datagram) = 0;
};

struct Output {
    explicit Output(Uplink& link) : datagrams(link) {}

    Uplink& datagrams;
    std::vector<std::string> stream_texts;    // XMPP WebSocket
    std::vector<std::string> channel_texts;   // bridge channel's WebSocket
    std::optional<std::string> open_channel;  // dial this URL; channel_opened() follows
    bool close_stream = false;                // behind the texts above
    bool close_channel = false;
};

}  // namespace klassenraum::bench
