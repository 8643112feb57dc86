// Who a participant is and what it does. Values only, so that a scenario reads like a sentence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

struct Probe;

enum class Login : std::uint8_t {
    Guest,     // ANONYMOUS
    Cookie,    // ANONYMOUS on a connection that a session cookie vouches for
    Password,  // PLAIN at the account domain
};

// Today's clients name their sources; those of 2022 have one of each kind per endpoint (jitsi-signalling.md 9.4).
enum class Dialect : std::uint8_t { Today, Of2022 };

enum class Voice : std::uint8_t { None, Muted, Silent, Spurts, Always };

struct Camera {
    bool on = true;
    bool screen = false;
    // VP8: an encoding per height (simulcast). VP9, AV1: layers of one stream, which in AV1 a Dependency Descriptor
    // tells.
    rtp::Codec codec = rtp::Codec::Vp8;
    std::uint32_t frames_per_second = 30;
    std::uint8_t temporal_layers = 3;
    std::vector<std::uint16_t> heights = {180, 360, 720};
    std::vector<std::uint32_t> bits_per_second = {200'000, 500'000, 1'500'000};
    double unevenness = 0.2;  // a frame is so much larger or smaller than its layer's average at the most
    // A browser finds out what its own line carries: from 300 kbit/s to all of it in so long.
    Duration ramp{};
    // What its pacer may send ahead of its rate.
    Duration burst = std::chrono::milliseconds(5);
};

// What its layout asks of the bridge (ReceiverVideoConstraints).
struct View {
    std::int32_t last_n = -1;
    std::int32_t default_height = 180;
    std::vector<std::string> on_stage = {};  // source names, at stage_height
    std::int32_t stage_height = 720;
};

struct Options {
    std::string domain = "meet.school.example";
    std::string room = {};
    std::string password = {};  // of the room
    std::string name = "Kim";
    Login login = Login::Guest;
    std::string account = {};
    std::string account_password = {};
    Dialect dialect = Dialect::Today;
    bool ssrc_rewriting = true;
    bool bridge_channel = true;
    Voice voice = Voice::Spurts;
    Duration spurt = std::chrono::seconds(3);   // mean length of speech …
    Duration pause = std::chrono::seconds(12);  // … and of the time between
    Camera camera = {};
    View view = {};
    // Where packets' times under way are noted, by a load tester only, and how far its clock is shifted so that not all
    // participants of a thread send at the same ticks.
    Probe* probe = nullptr;
    Duration clock_shift{};
    std::int64_t unix_us_at_zero = 1'700'000'000'000'000;  // what Instant{} is on the participant's wall clock
};

}  // namespace klassenraum::bench
