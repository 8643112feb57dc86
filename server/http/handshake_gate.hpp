// How many TLS handshakes may begin per second (threats.md W1): a flood of them, or a whole school at eight, waits in
// the kernel's queue instead of taking the front's time from those who are inside. A value on the front thread.
#pragma once

#include <algorithm>

#include "protocol/core/time.hpp"

namespace klassenraum::http {

// An RSA-2048 signature takes some 1.5 ms of a core, P-256 a tenth: a third of the front thread at the most.
inline constexpr Duration kHandshakeInterval = std::chrono::milliseconds(5);
// A class of thirty with two connections each comes at once without waiting.
inline constexpr int kHandshakeBurst = 64;

class HandshakeGate {
public:
    // Zero: one may begin now.
    Duration wait_at(Instant now) const {
        const Instant earliest = next_ - kHandshakeInterval * (kHandshakeBurst - 1);
        return std::max(earliest - now, Duration{});
    }
    void take(Instant now) { next_ = std::max(next_, now) + kHandshakeInterval; }

private:
    Instant next_{};  // when a new one would begin if there were no burst
};

}  // namespace klassenraum::http
