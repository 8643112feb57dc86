// Part of Conference: a restart of the server is a broken line of everybody at once (product.md section 4). Those of
// before come back by themselves; until the teacher is there they are frozen as in any room without one.
#include "protocol/focus/conference.hpp"
#include "protocol/focus/limits.hpp"

namespace klassenraum::focus {

RunningRoom Conference::hand_over(Instant now) const {
    return {.slug = room_.slug(),
            .policy = room_.policy,
            .quiet = room_.quiet,
            .door_shut = room_.door_shut,
            .open_for = life_.open_for(now),
            .bans = bans_.hand_over(as_bytes(config_.password_key), room_.slug())};
}

void Conference::take_over(const RunningRoom& room, const Turn& turn) {
    room_.policy = room.policy;  // planned_ stays as it was stored
    room_.quiet = room.quiet;
    room_.door_shut = room.door_shut;
    bans_.take_over(room.bans, as_bytes(config_.password_key), room_.slug());
    room_.set_frozen(true);
    life_.set_length(room.policy.max_minutes);
    life_.resume(room.open_for, turn.now, config_);
    returning_until_ = turn.now + kReturnTime;
    rules_changed(muc::kFocusNick, turn);
}

}  // namespace klassenraum::focus
