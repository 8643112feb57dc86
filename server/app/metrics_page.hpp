// The metrics page: every number of the front and of the workers in Prometheus' text form, and the few that boards and
// load balancers made for Jitsi Videobridge look for under their names. Pure; called on the front thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/listener.hpp"
#include "server/sctp/usrsctp_stack.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

struct ProcessFacts {
    std::uint64_t uptime_s = 0;
    bool ready = true;
    bool draining = false;
    bool degraded = false;
    bool reload_failed = false;
    std::int64_t certificate_ends_s = 0;  // Unix time; 0: unknown
    std::uint64_t egress_bps = 0;
    std::vector<bool> workers_alive;
};

std::string metrics_page(const ProcessFacts& facts,
                         const http::ListenerCounters& listener,
                         const sctp::Stack& stack,
                         const std::vector<std::unique_ptr<worker::Worker>>& workers);

// Jitsi Videobridge's /colibri/stats, as far as its numbers exist here.
std::string colibri_stats(const ProcessFacts& facts, const std::vector<std::unique_ptr<worker::Worker>>& workers);

}  // namespace klassenraum::app
