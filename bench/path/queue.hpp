// How long packets would wait on a busy core: what each call took is put behind the other as the calls came, on a clock
// that runs so much faster that the core is busy for the wished share of the time. Nothing is put together that was not
// before, though a busy server reads more at once and so waits less.
#pragma once

#include <cstdint>
#include <span>

namespace klassenraum::path {

struct Call {
    std::uint64_t at_ns = 0;      // when the first of what it was given came
    std::uint64_t ns = 0;         // its own work …
    std::uint32_t sent = 0;       // … and the datagrams that the kernel then sends
    std::uint32_t forwarded = 0;  // RTP packets among them
};

struct Delays {
    double times = 0;  // so many lessons at once
    double p50_us = 0;
    double p99_us = 0;
    double p999_us = 0;
};

// `sending_ns`: what a datagram costs in the kernel.
Delays delays_on_busy_core(std::span<const Call> calls, double share, double sending_ns);

}  // namespace klassenraum::path
