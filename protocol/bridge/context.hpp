// What every step of one call into the bridge shares: the time, where output goes, and the numbers. Lives on the stack
// of Bridge's public functions.
#pragma once

#include "protocol/bridge/config.hpp"
#include "protocol/bridge/counters.hpp"
#include "protocol/bridge/output.hpp"
#include "protocol/bwe/estimator.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class FanOut;

struct Context {
    Instant now;
    Output& out;
    Counters& counters;
    Entropy& entropy;
    const Config& config;
    bwe::Estimator::Workspace& workspace;
    VideoCap video_cap = {};    // of overload
    FanOut* fan_out = nullptr;  // takes pictures' packets until the batch ends; null: they go at once
    std::size_t evening = 0;    // by how much the packet that is passed on shall grow, to leave with others as one run
    bool paced = false;         // somebody's packets wait: Conference::pace() is due in kPaceInterval
};

}  // namespace klassenraum::bridge
