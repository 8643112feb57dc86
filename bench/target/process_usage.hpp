// What a process has used so far, as the kernel counts it: read before and after a run, the difference is what the run
// cost.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace klassenraum::bench {

struct ProcessUsage {
    std::uint64_t run_ns = 0;      // on a CPU, of all threads, by the scheduler's clock
    std::uint64_t user_ticks = 0;  // sampled by the kernel: good for the ratio of the two
    std::uint64_t system_ticks = 0;
    std::uint64_t switches = 0;  // context switches
    std::uint64_t resident_kib = 0;
    std::uint64_t anonymous_kib = 0;  // of that its own, not its program file's
    std::uint64_t peak_kib = 0;
    std::uint64_t threads = 0;
    std::map<std::string, std::uint64_t> run_ns_by_thread;  // by thread name

    double user_share() const {
        const double all = static_cast<double>(user_ticks + system_ticks);
        return all > 0 ? static_cast<double>(user_ticks) / all : 0;
    }
};

// All zero when there is no such process.
ProcessUsage usage_of(pid_t pid);
ProcessUsage operator-(const ProcessUsage& after, const ProcessUsage& before);

}  // namespace klassenraum::bench
