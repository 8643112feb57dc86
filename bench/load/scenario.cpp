#include "bench/load/scenario.hpp"

#include <algorithm>
#include <cmath>

namespace klassenraum::bench {

namespace {

// Instants of a Poisson process with `per_minute` within the measured time.
void scatter(std::vector<PlannedDeed>& deeds,
             Deed deed,
             double per_minute,
             const Scenario& scenario,
             Entropy& entropy,
             Duration length = {}) {
    if (per_minute <= 0) return;
    const Duration begin = scenario.join_over + scenario.warm_up;
    double at = 0;
    for (;;) {
        const double uniform = (static_cast<double>(entropy.below(1'000'000)) + 1) / 1'000'001.0;
        at += -std::log(uniform) * 60e6 / per_minute;
        if (at >= static_cast<double>(scenario.length.count())) return;
        deeds.push_back({begin + Duration(static_cast<std::int64_t>(at)), deed, length});
    }
}

std::vector<PlannedDeed> deeds_of(const Scenario& scenario, bool teacher, Entropy& entropy) {
    std::vector<PlannedDeed> deeds;
    if (scenario.stage_height > 0) {
        // When the room is full; a person looks at somebody as soon as there is somebody.
        deeds.push_back({scenario.join_over + scenario.warm_up / 4, Deed::StageSpeaker, {}});
    }
    if (!teacher) {
        scatter(deeds, Deed::Rejoin, scenario.rejoins, scenario, entropy);
        scatter(deeds, Deed::CutLine, scenario.cuts, scenario, entropy, scenario.cut_length);
    }
    scatter(deeds, Deed::DropStream, scenario.reconnects, scenario, entropy);
    scatter(deeds, Deed::StageSpeaker, scenario.layout_changes / 2, scenario, entropy);
    scatter(deeds, Deed::Tiles, scenario.layout_changes / 2, scenario, entropy);
    scatter(deeds, Deed::Speak, scenario.speaker_changes / 2, scenario, entropy);
    scatter(deeds, Deed::Mute, scenario.speaker_changes / 2, scenario, entropy);
    if (teacher && scenario.teacher_vanishes_at > Duration{}) {
        deeds.push_back({scenario.join_over + scenario.warm_up + scenario.teacher_vanishes_at, Deed::Vanish, {}});
    }
    std::ranges::stable_sort(deeds, {}, &PlannedDeed::at);
    return deeds;
}

Options options_of(const Scenario& scenario, const RoomKey& room, std::uint32_t person, const std::string& domain) {
    Options options;
    options.domain = domain;
    options.room = room.slug;
    options.name = person == 0 ? "Lehrkraft" : "Lernende " + std::to_string(person);
    options.camera = scenario.camera;
    options.camera.on = person < scenario.cameras;
    options.camera.burst = kBrowserBurst;
    options.voice = person < scenario.voices                     ? Voice::Always
                    : person < scenario.voices + scenario.spurts ? Voice::Spurts
                                                                 : Voice::Muted;
    options.view = {.last_n = scenario.last_n,
                    .default_height = scenario.tile_height,
                    .on_stage = {},
                    .stage_height = scenario.stage_height > 0 ? scenario.stage_height : 720};
    options.ssrc_rewriting = scenario.ssrc_rewriting;
    if (person != 0) {
        options.password = room.password;
    } else if (scenario.teacher_with_password) {
        options.login = Login::Password;
        options.account = room.account;
        options.account_password = room.account_password;
    } else {
        options.login = Login::Cookie;
        options.account = room.account;
    }
    return options;
}

}  // namespace

std::vector<ClientPlan> make_plans(const Scenario& scenario,
                                   const std::vector<RoomKey>& rooms,
                                   const std::string& domain) {
    constexpr std::uint32_t kShifts_us = 5000;  // the pacer's tick
    SeededEntropy entropy(scenario.seed);
    std::vector<ClientPlan> plans;
    const std::uint64_t learners = static_cast<std::uint64_t>(scenario.people - 1) * rooms.size();
    std::uint64_t learner = 0;
    for (std::uint32_t person = 0; person < scenario.people; ++person) {
        for (std::size_t room = 0; room < rooms.size(); ++room) {
            ClientPlan plan;
            plan.room = room;
            plan.options = options_of(scenario, rooms[room], person, domain);
            plan.options.clock_shift = Duration(entropy.below(kShifts_us));
            plan.lines = scenario.lines;
            plan.seed = entropy.u64();
            // Teachers first; learners evenly over the time, room by room in turn, so that every room fills alike.
            if (person == 0) {
                plan.cookie = scenario.teacher_with_password ? std::string() : rooms[room].teacher_cookie;
                plan.join_at = Duration(static_cast<std::int64_t>(room) * 10'000);
            } else {
                const Duration first =
                    Duration(static_cast<std::int64_t>(rooms.size()) * 10'000) + std::chrono::seconds(1);
                plan.join_at = first + scenario.join_over * static_cast<std::int64_t>(learner++) /
                                           static_cast<std::int64_t>(std::max<std::uint64_t>(learners, 1));
            }
            plan.deeds = deeds_of(scenario, person == 0, entropy);
            plans.push_back(std::move(plan));
        }
    }
    return plans;
}

}  // namespace klassenraum::bench
