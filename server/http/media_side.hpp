// The seam between TURN clients on the HTTPS port and the media behind it. On the front thread.
#pragma once

#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "protocol/turn/allocation.hpp"
#include "protocol/turn/pool.hpp"

namespace klassenraum::http {

class MediaSide {
public:
    virtual ~MediaSide() = default;
    virtual turn::Pool& pool() = 0;
    virtual Entropy& entropy() = 0;
    virtual WallTime wall_now() = 0;
    // Takes the datagrams that a client sent from its relayed address; the vector is left empty.
    virtual void relay(const Address& relayed, std::vector<turn::Output::Datagram>& datagrams) = 0;
};

}  // namespace klassenraum::http
