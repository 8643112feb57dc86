#include "protocol/focus/life_cycle.hpp"

#include <algorithm>

namespace klassenraum::focus {

//   Planned ─a teacher enters─▶ Open ─the last teacher is gone─▶ Orphaned ─grace over─▶ ended (the owner drops the room)
//      └─ expires: ended         ▲                                   │
//                                └────────a teacher is back──────────┘
Change LifeCycle::review(bool taught, LastLoss loss, Instant now, const Config& config) {
    switch (state_) {
        case RoomState::Closed:
        case RoomState::Planned:
            if (!taught) return Change::None;
            state_ = RoomState::Open;
            ends_at_.reset();
            return Change::Opened;
        case RoomState::Open:
            if (taught) return Change::None;
            state_ = RoomState::Orphaned;
            ends_at_ = now + (loss == LastLoss::Left ? config.leave_grace : config.orphan_grace);
            return Change::Orphaned;
        case RoomState::Orphaned:
            if (!taught) return Change::None;
            state_ = RoomState::Open;
            ends_at_.reset();
            return Change::Restored;
    }
    return Change::None;
}

void LifeCycle::keep_until(Instant instant) {
    if (ends_at_) ends_at_ = std::max(*ends_at_, instant);
}

}  // namespace klassenraum::focus
