// What every step of one call into the bridge shares: the time, where output goes, and the numbers. Lives on the stack
// of Bridge's public functions.
#pragma once

#include "protocol/bridge/config.hpp"
#include "protocol/bridge/counters.hpp"
#include "protocol/bridge/output.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

struct Context {
    Instant now;
    Output& out;
    Counters& counters;
    Entropy& entropy;
    const Config& config;
    VideoCap video_cap = {};  // of overload
};

}  // namespace klassenraum::bridge
