#include "bench/app/presets.hpp"

#include <algorithm>

namespace klassenraum::bench {

namespace {

using namespace std::chrono_literals;

// Three layers, as every Jitsi client sends them.
Camera simulcast() {
    return {};
}

Camera single(std::uint16_t height, std::uint32_t bits_per_second) {
    return {.heights = {height}, .bits_per_second = {bits_per_second}};
}

Scenario klasse_30() {
    return {.people = 30,
            .cameras = 30,
            .voices = 3,
            .camera = simulcast(),
            .tile_height = 180,
            .join_over = 10s,
            .warm_up = 12s,
            .length = 30s};
}
// A county's schools within five minutes: 40 rooms of 25. What media suffer meanwhile stands in joining_….
Scenario acht_uhr_peak() {
    return {.rooms = 40,
            .people = 25,
            .cameras = 2,
            .voices = 1,
            .camera = single(180, 150'000),
            .last_n = 2,
            .join_over = 300s,
            .warm_up = 0s,
            .length = 10s};
}
Scenario nur_ton() {
    return {.rooms = 4,
            .people = 30,
            .cameras = 0,
            .voices = 1,
            .spurts = 29,
            .join_over = 10s,
            .warm_up = 5s,
            .length = 30s,
            .speaker_changes = 1};
}
Scenario galerie_25() {
    return {.people = 25,
            .cameras = 25,
            .voices = 1,
            .spurts = 5,
            .camera = simulcast(),
            .tile_height = 180,
            .join_over = 8s,
            .warm_up = 12s,
            .length = 30s,
            .layout_changes = 1};
}
Scenario vortrag_500() {
    return {.people = 501,
            .cameras = 1,
            .voices = 1,
            .camera = simulcast(),
            .tile_height = 720,
            .join_over = 50s,
            .warm_up = 15s,
            .length = 30s,
            .room_cap = 501};
}
Scenario funkloch() {
    Scenario scenario{.people = 12,
                      .cameras = 12,
                      .voices = 2,
                      .camera = simulcast(),
                      .join_over = 5s,
                      .warm_up = 12s,
                      .length = 60s,
                      .cuts = 2,
                      .cut_length = 4s};
    scenario.lines = *parse_line_profiles("funkloch");
    return scenario;
}
Scenario schule_443() {
    Scenario scenario{.people = 25,
                      .cameras = 10,
                      .voices = 2,
                      .camera = simulcast(),
                      .join_over = 8s,
                      .warm_up = 10s,
                      .length = 30s};
    scenario.lines = *parse_line_profiles("schule-443");
    return scenario;
}
Scenario lehrkraft_weg() {
    return {.people = 10,
            .cameras = 5,
            .voices = 2,
            .camera = simulcast(),
            .join_over = 3s,
            .warm_up = 5s,
            .length = 45s,
            .teacher_vanishes_at = 5s,
            .server_settings = {"room.orphan_grace_seconds=15"}};
}
// A staff meeting: everybody hears and sees everybody.
Scenario kollegium_40() {
    return {.people = 40,
            .cameras = 40,
            .voices = 2,
            .spurts = 38,
            .camera = simulcast(),
            .join_over = 20s,
            .warm_up = 12s,
            .length = 30s,
            .layout_changes = 0.5,
            .speaker_changes = 1};
}
Scenario drain() {
    return {.rooms = 3,
            .people = 8,
            .cameras = 3,
            .voices = 1,
            .camera = simulcast(),
            .join_over = 3s,
            .warm_up = 8s,
            .length = 30s,
            .rejoins = 1,
            .drain = true,
            .server_settings = {"room.end_grace_seconds=1"}};
}
Scenario soak() {
    return {.rooms = 3,
            .people = 20,
            .cameras = 8,
            .voices = 1,
            .spurts = 6,
            .camera = simulcast(),
            .last_n = 8,
            .join_over = 20s,
            .warm_up = 12s,
            .length = 3600s,
            .rejoins = 0.1,
            .reconnects = 0.05,
            .layout_changes = 0.5,
            .speaker_changes = 0.5,
            .cuts = 0.05};
}
// 1→50 at 1.5 Mbit/s: what peers were measured with.
Scenario eins_zu_50() {
    return {.people = 51,
            .cameras = 1,
            .voices = 0,
            .camera = single(720, 1'500'000),
            .tile_height = 720,
            .join_over = 10s,
            .warm_up = 12s,
            .length = 20s,
            .room_cap = 60};
}
// 30 × 30 with 8 pictures at 360p each, and audio.
Scenario dreissig_8() {
    return {.people = 30,
            .cameras = 30,
            .voices = 3,
            .camera = simulcast(),
            .last_n = 8,
            .tile_height = 360,
            .join_over = 10s,
            .warm_up = 15s,
            .length = 20s};
}
// The same for servers that know neither simulcast nor the loudest: one layer each, eight voices.
Scenario dreissig_8_einfach() {
    Scenario scenario = dreissig_8();
    scenario.camera = single(360, 500'000);
    scenario.voices = 8;
    scenario.server_settings = {"media.loudest_voices=8"};
    return scenario;
}
Scenario leerlauf() {
    return {.people = 1, .cameras = 0, .voices = 0, .join_over = 1s, .warm_up = 3s, .length = 20s};
}
Scenario sturm_120() {
    return {.people = 120,
            .cameras = 2,
            .voices = 1,
            .camera = simulcast(),
            .join_over = 10s,
            .warm_up = 2s,
            .length = 5s,
            .room_cap = 130};
}
Scenario sturm_1000() {
    return {.rooms = 40,
            .people = 25,
            .cameras = 1,
            .voices = 1,
            .camera = single(180, 150'000),
            .join_over = 60s,
            .warm_up = 2s,
            .length = 5s};
}

}  // namespace

const std::vector<Preset>& presets() {
    static const std::vector<Preset> kPresets{
        {"klasse-30", "30 Personen, alle Kameras als Kacheln, 3 Mikrofone",
         "30 people, all cameras in tiles, 3 microphones", klasse_30},
        {"acht-uhr-peak", "1.000 Beitritte in 40 Räume in 5 Minuten", "1,000 joins into 40 rooms in 5 minutes",
         acht_uhr_peak},
        {"nur-ton", "4 × 30 Personen ohne Kamera", "4 × 30 people without cameras", nur_ton},
        {"galerie-25", "25 Kameras als Kacheln, wechselnde Ansichten", "25 cameras in tiles, changing layouts",
         galerie_25},
        {"vortrag-500", "eine Lehrkraft, 500 Zuhörende", "one teacher, 500 listeners", vortrag_500},
        {"funkloch", "12 Personen an schlechten Leitungen mit Aussetzern", "12 people on bad lines with interruptions",
         funkloch},
        {"schule-443", "25 Personen, Medien nur über TCP 443", "25 people, media over TCP 443 only", schule_443},
        {"lehrkraft-weg", "die Lehrkraft verschwindet", "the teacher vanishes", lehrkraft_weg},
        {"kollegium-40", "40 Personen, alle sprechen und sehen alle", "40 people, all talk and see all", kollegium_40},
        {"drain", "der Server leert sich während des Unterrichts", "the server drains during lessons", drain},
        {"soak", "3 Räume eine Stunde lang, Kommen und Gehen", "3 rooms for an hour, coming and going", soak},
        {"eins-zu-50", "1 → 50 mit 1,5 Mbit/s", "1 → 50 at 1.5 Mbit/s", eins_zu_50},
        {"dreissig-8", "30 × 30, je 8 Bilder mit 360p, Ton", "30 × 30, 8 pictures of 360p each, audio", dreissig_8},
        {"dreissig-8-einfach", "30 × 30, je 8 Bilder mit 360p ohne Simulcast, 8 Stimmen",
         "30 × 30, 8 pictures of 360p each without simulcast, 8 voices", dreissig_8_einfach},
        {"leerlauf", "ein leerer Raum", "an empty room", leerlauf},
        {"sturm-120", "120 Beitritte in 10 s in einen Raum", "120 joins in 10 s into one room", sturm_120},
        {"sturm-1000", "1.000 Beitritte in 1 min in 40 Räume", "1,000 joins in 1 min into 40 rooms", sturm_1000},
    };
    return kPresets;
}

std::optional<Scenario> preset_scenario(std::string_view name) {
    const auto found = std::ranges::find(presets(), name, &Preset::name);
    if (found == presets().end()) return std::nullopt;
    Scenario scenario = found->make();
    scenario.name = name;
    return scenario;
}

}  // namespace klassenraum::bench
