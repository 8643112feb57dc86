// When a room is open and when it ends (product.md section 4). Time and the presence of teachers go in, the room's
// state comes out; what a change means for the people inside is the Conference's business. Owned by a Conference.
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
    explicit LifeCycle(std::optional<Instant> expires) : ends_at_(expires) {}

    RoomState state() const { return state_; }

    // Called whenever it may have changed whether a teacher is there.
    Change review(bool taught, LastLoss loss, Instant now, const Config& config);

    // The lesson of a former process, whose teacher's line broke with everybody's.
    void resume(Duration open_for, Instant now, const Config& config);

    // A planned room was promised to somebody: it lives at least so long.
    void keep_until(Instant instant);

    // RoomPolicy::max_minutes, counted from the opening, and what the teacher added since.
    void set_length(std::uint32_t minutes);
    void extend(std::uint32_t minutes);
    std::optional<Instant> time_up() const;
    Duration open_for(Instant now) const { return opened_at_ ? now - *opened_at_ : Duration::zero(); }
    // How many minutes are left, when that is to be said now: 10, 5 and 1 before the end, each once.
    std::optional<unsigned> notice_due(Instant now);

    // When the room ends if nothing else happens, whichever comes first.
    std::optional<Instant> ends_at() const;
    // Without a teacher: when its grace is over.
    std::optional<Instant> grace_over() const { return state_ == RoomState::Orphaned ? ends_at_ : std::nullopt; }
    std::optional<Instant> deadline() const;

private:
    RoomState state_ = RoomState::Planned;
    std::optional<Instant> ends_at_;  // planned: expiry; orphaned: end of grace
    std::optional<Instant> opened_at_;
    std::uint32_t minutes_ = 0;  // 0: no end
    std::uint32_t extended_ = 0;
    unsigned noticed_ = 0;  // how many of the notices were given
};

}  // namespace klassenraum::focus
