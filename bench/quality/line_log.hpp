// Every datagram that came to a line, and what follows from that: rates, waiting times, losses over any span of a
// scenario. Kept by a scenario for the lines it looks at.
#pragma once

#include <vector>

#include "tests/sim/line.hpp"

namespace klassenraum::quality {

class LineLog {
public:
    explicit LineLog(sim::Line& line) : line_(line) { line.keep_log(&passages_); }
    ~LineLog() { line_.keep_log(nullptr); }
    LineLog(const LineLog&) = delete;
    LineLog& operator=(const LineLog&) = delete;

    // bit/s: of what came to the line, and of what left it.
    double offered(Instant from, Instant to) const;
    double carried(Instant from, Instant to) const;
    double lost_share(Instant from, Instant to) const;
    // The waiting time that the share `p` of all datagrams stayed below.
    Duration waiting(double p, Instant from, Instant to) const;

    // How long until a second begins in which no more comes than `rate`; the whole span when that never is.
    Duration until_below(double rate, Instant from, Instant to) const;
    // How long until a second begins in which `rate` is carried.
    Duration until_carried(double rate, Instant from, Instant to) const;

private:
    sim::Line& line_;
    std::vector<sim::Passage> passages_;  // in the order of time
};

}  // namespace klassenraum::quality
