// What the server's settings say about the bridge; a simulation uses the defaults.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/bridge/overload.hpp"
#include "protocol/bwe/estimator.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

struct Config {
    std::string worker_name = "w0";  // "server-id" in the bridge channel's path
    std::size_t max_conferences = 256;
    std::size_t max_endpoints = 2048;                           // of all conferences together
    Duration inactive_after = std::chrono::seconds(8);          // nothing received: told to everyone
    Duration first_transfer_within = std::chrono::seconds(15);  // likewise, for somebody whose media never came up
    Duration announce_delay = std::chrono::milliseconds(300);   // from a source map to the first packet of a new SSRC
    std::size_t loudest_voices = 3;                             // that go out in rooms …
    std::size_t loudest_above = 10;                             // … of more people than these
    bwe::Limits downlink;                                       // towards each receiver
    OverloadLimits overload;                                    // of this worker
};

}  // namespace klassenraum::bridge
