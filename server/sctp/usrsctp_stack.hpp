// The SCTP end of the bridge's data channels (RFC 8831, RFC 9260) by usrsctp: one passive association per endpoint, one
// channel in it. usrsctp is one global machine without threads of its own here, so at most one Stack exists, and it
// lives on the front thread: packets go in and out as octets, time comes in through expire().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::sctp {

class Events {
public:
    virtual ~Events() = default;
    virtual void packet_ready(EndpointId endpoint, std::vector<std::uint8_t> packet) = 0;
    virtual void channel_opened(EndpointId endpoint) = 0;
    virtual void text_received(EndpointId endpoint, std::string text) = 0;
    virtual void association_closed(EndpointId endpoint) = 0;  // not for what close() ended
};

class Stack {
public:
    explicit Stack(Events& events);
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    // False: too many associations, or the endpoint has one. Events never come from within open().
    bool open(EndpointId endpoint);
    void receive(EndpointId endpoint, ByteView packet);
    // Before the channel is open, and beyond the queue's bound, the text is dropped; the latter ends the association.
    void send(EndpointId endpoint, std::string text);
    void close(EndpointId endpoint);  // aborts

    void expire(Instant now);
    std::optional<Instant> deadline() const;  // none while no association has begun to talk

    // Opens an association of our own accord, for tests: the peer must be another endpoint of the same stack.
    bool connect(EndpointId endpoint);
    bool open_channel(EndpointId endpoint, std::string_view label, std::string_view protocol);

    struct Counters {
        std::uint64_t messages_received = 0;
        std::uint64_t messages_sent = 0;
        std::uint64_t refused = 0;  // further channels, binary or oversized messages, malformed DCEP
        std::uint64_t overrun = 0;  // a bound of ours ended the association
    };
    const Counters& counters() const;
    std::size_t associations() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::sctp
