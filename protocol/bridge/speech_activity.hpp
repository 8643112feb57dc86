// How much one endpoint has been speaking, over three spans of time: Volfin and Cohen, "Dominant speaker identification
// for multipoint videoconferencing" (2013), on the levels of RFC 6464 as Jitsi adapts it (jitsi-media.md 6.4). Owned by
// an Endpoint; compared by DominantSpeaker.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class SpeechActivity {
public:
    struct Scores {
        double immediate = 0;
        double medium = 0;
        double long_term = 0;
        bool spoke = false;  // something above the noise within the whole span
    };

    // `loudness`: 127 - level of RFC 6464, so 0 is silence. One per audio packet.
    void push(std::uint8_t loudness, Instant now);
    // The scores after silence has been filled in for packets that did not come.
    Scores evaluate(Instant now);
    Instant last_level() const { return last_; }
    // How loud the voice is by its last packets, 0 to 127, for comparing voices with each other. A word counts at once
    // and lasts through the pause behind it; a noise that goes on and on counts little.
    double energy() const { return energy_; }

private:
    static constexpr std::size_t kMediumLength = 5;
    static constexpr std::size_t kMediums = 10;
    static constexpr std::size_t kLevels = kMediumLength * kMediums;

    void insert(std::uint8_t loudness);
    void follow_noise_floor(std::uint8_t loudness);
    void follow_energy(std::uint8_t loudness, Instant now);

    std::array<std::uint8_t, kLevels> levels_{};  // ring
    std::size_t newest_ = 0;
    Instant last_{};
    Instant last_pushed_{};
    double energy_ = 0;
    std::uint8_t floor_ = 0;
    std::uint8_t next_floor_ = 0;
    std::uint32_t floor_window_ = 0;
};

}  // namespace klassenraum::bridge
