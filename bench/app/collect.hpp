// From what generators, the kernel and the server's metrics page say, the figures of a run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/app/incidents.hpp"
#include "bench/load/generator.hpp"
#include "bench/load/scenario.hpp"
#include "bench/report/report.hpp"
#include "bench/target/process_usage.hpp"

namespace klassenraum::bench {

struct Readings {
    std::uint32_t participants = 0;
    std::uint32_t cameras = 0;  // in each room
    ProcessUsage idle;          // before anybody joined
    ProcessUsage usage_before;
    ProcessUsage usage_after;
    std::map<std::string, double> metrics_before;
    std::map<std::string, double> metrics_after;
    Instant began{};
    double seconds = 0;

    // Of one generator, on its thread: what came while people joined, before it is told to measure anew; and at the
    // end.
    void add_joining(Generator& generator);
    void add(Generator& generator, Instant now);
    Outcome outcome(const Scenario& scenario) const;
    std::chrono::nanoseconds cpu_per_datagram() const;  // of the generator
    double packets_out() const { return static_cast<double>(received_.datagrams) / seconds; }
    double mean_octets() const {
        return received_.datagrams == 0
                   ? 0
                   : static_cast<double>(received_.octets) / static_cast<double>(received_.datagrams);
    }

private:
    void add_client(const Client& client, Instant now);
    std::uint64_t pictures_wanted(const ClientPlan& plan) const;
    void set_people(Figures& figures) const;
    void set_media(Figures& figures) const;
    void set_server(Figures& figures) const;
    void set_bench(Outcome& outcome) const;

    Probe joining_;
    Probe probe_;
    Incidents incidents_;
    Histogram lateness_;
    ReceiveBuffers::Totals received_;
    SendBuffer::Totals sent_;
    std::uint64_t socket_drops_ = 0;
    Duration cpu_{};
    Duration busiest_{};
    std::uint32_t connected_ = 0;
    std::uint32_t failed_ = 0;
    std::uint32_t gone_ = 0;  // left or vanished, as planned
    Histogram join_;
    Histogram media_;
    Histogram picture_;
    FreezeMeter freezes_;
    std::uint64_t played_ = 0;
    std::uint64_t missed_ = 0;
    std::uint64_t layer_switches_ = 0;
    std::uint64_t key_frames_asked_ = 0;
    std::uint64_t retransmissions_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t rtp_ = 0;
    std::uint64_t corrupt_ = 0;
    std::uint64_t misattributed_ = 0;
    std::uint64_t reconnects_ = 0;
    std::uint64_t media_restarts_ = 0;
    std::uint64_t pictures_ = 0;
    std::uint64_t pictures_wanted_ = 0;
};

// Once a second, joining included: what goes into the plot.
class Watch {
public:
    Watch(const std::vector<std::unique_ptr<Generator>>& generators, pid_t pid);
    void look();
    void measured_from_now();
    double measured_from() const { return measured_from_; }
    const std::vector<Moment>& moments() const { return moments_; }

private:
    const std::vector<std::unique_ptr<Generator>>& generators_;
    pid_t pid_;
    Instant began_;
    Instant last_;
    std::uint64_t received_ = 0;
    std::uint64_t run_ns_ = 0;
    std::vector<Moment> moments_;
    double measured_from_ = 0;  // seconds since it began
};

void add_floor(Outcome& outcome, const Scenario& scenario, const Readings& readings);
// What a participant's memory is without the signalling sockets.
void add_socket_memory(Outcome& outcome, double kib_per_socket);

}  // namespace klassenraum::bench
