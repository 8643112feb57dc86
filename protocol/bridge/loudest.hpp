// Which voices of a large room go out: the loudest few of the last moment (jitsi-media.md 6.5), so that a class in
// which everybody forgets to mute costs no receiver more than a class that listens. Levels are what senders claim (RFC
// 6464). Owned by a Conference.
#pragma once

#include <array>
#include <cstdint>

#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class LoudestVoices {
public:
    static constexpr std::size_t kMost = 16;

    // A packet of this endpoint's voice, which is now so loud (SpeechActivity::energy): is it one of the `count`
    // loudest?
    bool admit(EndpointId endpoint, double energy, std::size_t count, Instant now);

private:
    struct Voice {
        EndpointId endpoint;
        double energy = 0;
        Instant at{};
    };
    std::array<Voice, kMost> voices_{};
    std::size_t size_ = 0;
};

}  // namespace klassenraum::bridge
