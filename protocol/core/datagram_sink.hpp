// Where finished datagrams go. The server's sink is a send batch whose slots lie in memory reserved at start; a
// simulation's sink is a queue. Writing into a slot and committing it allocates nothing.
#pragma once

#include <cstddef>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum {

// Room for an RTP packet of any size we accept, with header extensions, RTX's two octets and the SRTP tag added.
inline constexpr std::size_t kDatagramCapacity = 1536;

class DatagramSink {
public:
    virtual ~DatagramSink() = default;
    // A slot of kDatagramCapacity octets, valid until commit() or the next acquire(). Never fails: a full sink sends
    // first.
    virtual MutableBytes acquire() = 0;
    // Sends the first `length` octets of the acquired slot to `destination`.
    virtual void commit(const Address& destination, std::size_t length) = 0;
    // One receiver has got all that there is for it: a sink that collects may send now, before what it holds has left
    // the core's caches.
    virtual void pause() {}

    void send(const Address& destination, ByteView datagram) {
        MutableBytes slot = acquire();
        if (datagram.size() > slot.size()) return;
        std::memcpy(slot.data(), datagram.data(), datagram.size());
        commit(destination, datagram.size());
    }
};

}  // namespace klassenraum
