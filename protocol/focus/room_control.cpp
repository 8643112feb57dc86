// Part of Conference: what the owner does on the control page (room_request.hpp).
#include "protocol/focus/conference.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/presence.hpp"
#include "protocol/muc/seat.hpp"

namespace klassenraum::focus {

void Conference::tell_teachers(std::string_view text, const Turn& turn) {
    at_each_place([&](Conference& place) {
        for (const muc::Occupant& occupant : place.room_.occupants()) {
            if (occupant.is_owner()) muc::tell(occupant, text, turn.out.deliveries);
        }
    });
}

void Conference::set_policy(const RoomPolicy& policy, const Turn& turn) {
    const bool door_changed = policy.lobby != room_.policy.lobby;
    room_.policy = policy;
    planned_ = policy;
    record_due_ = true;
    life_.set_length(policy.max_minutes);
    if (door_changed && policy.lobby != muc::Lobby::AfterStart) shut_door(policy.lobby == muc::Lobby::On, turn);
    rules_changed(muc::kFocusNick, turn);
}

void Conference::set_quiet(bool quiet, const Turn& turn) {
    if (quiet == room_.quiet) return;
    room_.quiet = quiet;
    at_each_place([](Conference& place) { place.room_.withdraw_approvals(); });
    rules_changed(muc::kFocusNick, turn);
    // Those who came before stay; whoever comes now waits. Opening the door again is a step of its own.
    if (quiet) shut_door(true, turn);
    at_each_place(
        [&](Conference& place) { muc::tell_all(place.room_, quiet ? kQuiet : kQuietOver, turn.out.deliveries); });
}

bool Conference::remove_person(std::string_view nick, const Turn& turn) {
    bool removed = false;
    at_each_place([&](Conference& place) {
        const muc::Occupant* target = std::as_const(place.room_).find(nick);
        if (removed || target == nullptr || target->is_owner()) return;
        place.send_out(std::string(muc::kFocusNick), target->session, kKicked, turn);
        removed = true;
    });
    return removed;
}

RoomDetails Conference::describe(Instant now) const {
    RoomDetails details;
    details.policy = room_.policy;
    details.quiet = room_.quiet;
    details.door_shut = room_.door_shut;
    const auto add = [&](const Conference& place, const std::string& group) {
        for (const muc::Occupant& occupant : place.room_.occupants()) {
            details.people.push_back({.id = occupant.nick,
                                      .name = occupant.display_name,
                                      .moderator = occupant.is_owner(),
                                      .hand_raised = muc::has_raised_hand(occupant.extensions),
                                      .connected = place.media_.is_connected(occupant.session),
                                      .group = group});
        }
    };
    add(*this, "");
    for (const auto& [id, group] : groups_) add(*group.place, group.name);
    for (const muc::Occupant& occupant : hall_) {
        if (occupant.is_owner()) continue;
        details.waiting.push_back({.id = occupant.nick, .name = occupant.display_name});
    }
    if (const std::optional<Instant> end = life_.time_up()) details.time_left = std::max(Duration::zero(), *end - now);
    if (const std::optional<Instant> end = life_.grace_over())
        details.closes_in = std::max(Duration::zero(), *end - now);
    return details;
}

}  // namespace klassenraum::focus
