// How many voices one receiver's line bears. Voices are the last thing that is held back, but on a line that they fill
// alone nobody would be understood: first their redundancy goes, then all but the loudest few, then all but the
// loudest; whoever has the floor is heard in any case. Owned by a receiving Endpoint.
#pragma once

#include <cstdint>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bridge {

// Among whom a voice is at the moment; a receiver hears it by what its line bears.
struct VoiceAdmission {
    bool everyone = true;
    bool few = true;
    bool loudest = true;
};

class VoiceFit {
public:
    enum class Level : std::uint8_t { All, Plain, Few, Loudest };

    // A voice packet is at hand that the receiver would hear on a good line, and as much of it was sent.
    void offered(std::size_t octets) { offered_ += octets; }
    void sent(std::size_t octets) { sent_ += octets; }
    // About twice a second, with what the line carries.
    void update(bwe::BitsPerSecond estimate, Instant now);

    Level level() const { return level_; }
    bool plain() const { return level_ >= Level::Plain; }  // without redundancy (RFC 2198)
    bool admits(const VoiceAdmission& voice) const;

private:
    Level level_ = Level::All;
    std::size_t offered_ = 0;  // since measured_at_
    std::size_t sent_ = 0;
    Instant measured_at_{};
    Instant lowered_at_{};
};

}  // namespace klassenraum::bridge
