// One run of a scenario: rooms are set up, people join, the load settles, then it is measured.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bench/load/scenario.hpp"
#include "bench/peers/media_peer.hpp"
#include "bench/report/report.hpp"
#include "bench/target/server.hpp"

namespace klassenraum::bench {

// Against what.
struct Target {
    std::string url;      // empty: a server that the bench starts
    std::string domain;   // of the XMPP service; empty: the URL's host
    std::string metrics;  // URL of its metrics page; empty: none
    pid_t pid = 0;        // for CPU and memory; 0: unknown
    std::string account = "test";
    std::string password = "test";
    ServerWish server;
};

struct RunOptions {
    unsigned threads = 1;  // of the generator
    bool measure_floor = true;
    struct Words {  // beside the progress bar
        const char* rooms = "rooms";
        const char* join = "joins";
        const char* measure = "measure";
        const char* floor = "bare sender";
    } words = {};
    std::function<void(double done, const std::string& what)> progress = [](double, const std::string&) {};
};

// Throws Complaint when the environment does not allow the run.
Outcome run_scenario(const Scenario& scenario, const Target& target, const RunOptions& options);

// The same media load against another kind of server, without its signalling counted.
Outcome run_against(MediaPeer& peer, const Scenario& scenario, const RunOptions& options);

}  // namespace klassenraum::bench
