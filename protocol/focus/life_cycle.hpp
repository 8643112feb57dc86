// When a room is open and when it ends (product.md section 4). Time and the presence of teachers go in, the room's state
// comes out; what a change means for the people inside is the Conference's business. Owned by a Conference.
#pragma once

#include <optional>

#include "protocol/core/time.hpp"
#include "protocol/focus/config.hpp"
#include "protocol/focus/room_request.hpp"

namespace klassenraum::focus {

enum class LastLoss : bool { Left, Broken };  // the last teacher chose to leave, or its line broke
enum class Change : std::uint8_t { None, Opened, Orphaned, Restored };

class LifeCycle {
public:
    // A planned room is deleted at `expires` if nobody opens it.
    explicit LifeCycle(Instant expires) : ends_at_(expires) {}

    RoomState state() const { return state_; }

    // Called whenever it may have changed whether a teacher is there.
    Change review(bool taught, LastLoss loss, Instant now, const Config& config);

    // A planned room was promised to somebody: it lives at least so long.
    void keep_until(Instant instant);

    std::optional<Instant> ends_at() const { return ends_at_; }

private:
    RoomState state_ = RoomState::Planned;
    std::optional<Instant> ends_at_;
};

}  // namespace klassenraum::focus
