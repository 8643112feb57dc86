// The router of the far end, as far as a lesson notices it: it translates UDP ports, and when it restarts it takes
// other ones, so that the server sees the same client come from elsewhere. IPv4 packets are changed in place.
#pragma once

#include <bitset>
#include <cstdint>

#include "protocol/core/bytes.hpp"

namespace klassenraum::bench {

class Router {
public:
    // Before the first time packets pass as they are.
    void rebind();

    void outward(MutableBytes packet);  // from the far end
    // False: for a port that nobody behind the router has, as one from before the rebinding.
    bool inward(MutableBytes packet) const;

private:
    std::uint16_t shift_ = 0;
    std::bitset<65536> known_;  // ports behind the router that have spoken since
};

}  // namespace klassenraum::bench
