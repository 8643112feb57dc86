// What a load is: how many rooms and people, what they send and look at, how they come and go. Values; a scenario and
// its seed give the same plans each time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/client.hpp"

namespace klassenraum::bench {

// libwebrtc's pacer; Chromium's frames leave whole, within 0.1 ms (performance.md section 3).
inline constexpr Duration kBrowserBurst = std::chrono::milliseconds(40);

struct Scenario {
    std::string name = "run";
    std::uint32_t rooms = 1;
    std::uint32_t people = 3;   // in each room, the teacher included
    std::uint32_t cameras = 3;  // of those
    std::uint32_t voices = 1;   // microphones that speak all the time …
    std::uint32_t spurts = 0;   // … and by turns; the others are muted
    Camera camera = {};
    std::int32_t last_n = -1;
    std::int32_t tile_height = 180;
    std::int32_t stage_height = 0;  // above 0: everybody has the speaker on the stage
    bool ssrc_rewriting = true;
    bool teacher_with_password = false;  // PLAIN instead of the web's cookie

    Duration join_over = std::chrono::seconds(2);
    Duration warm_up = std::chrono::seconds(8);
    Duration length = std::chrono::seconds(20);
    std::uint64_t seed = 1;
    LineProfiles lines = {};

    // For each participant and minute of the measured time.
    double rejoins = 0;
    double reconnects = 0;
    double layout_changes = 0;
    double speaker_changes = 0;
    double cuts = 0;
    Duration cut_length = std::chrono::seconds(3);
    Duration teacher_vanishes_at{};  // into the measured time; zero: never
    bool drain = false;              // the server is told to drain in the middle

    std::vector<std::string> server_settings = {};  // section.key=value of a server that the bench starts
    std::uint32_t room_cap = 40;                    // room.max_participants of a server that the bench starts
    std::uint32_t workers = 1;
    bool prefer_cm = false;  // AES-CM instead of GCM
};

struct RoomKey {
    std::string slug;
    std::string password;
    std::string teacher_cookie;
    std::string account;
    std::string account_password;
};

std::vector<ClientPlan> make_plans(const Scenario& scenario,
                                   const std::vector<RoomKey>& rooms,
                                   const std::string& domain);

}  // namespace klassenraum::bench
