#include "protocol/focus/life_cycle.hpp"

#include <algorithm>
#include <array>

#include "protocol/focus/limits.hpp"

namespace klassenraum::focus {

namespace {

constexpr std::array kNotices{10U, 5U, 1U};  // minutes before the end

}  // namespace

//   Planned ─a teacher enters─▶ Open ─the last teacher is gone─▶ Orphaned ─grace over─▶ ended (the owner drops the
//   room)
//      └─ expires: ended         ▲                                   │
//                                └────────a teacher is back──────────┘
Change LifeCycle::review(bool taught, LastLoss loss, Instant now, const Config& config) {
    switch (state_) {
        case RoomState::Closed:
        case RoomState::Planned:
            if (!taught) return Change::None;
            state_ = RoomState::Open;
            ends_at_.reset();
            opened_at_ = now;
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

void LifeCycle::resume(Duration open_for, Instant now, const Config& config) {
    state_ = RoomState::Orphaned;
    opened_at_ = now - open_for;
    ends_at_ = now + config.orphan_grace;
    while (notice_due(now)) {
        // Given by the former process.
    }
}

void LifeCycle::keep_until(Instant instant) {
    if (ends_at_) ends_at_ = std::max(*ends_at_, instant);
}

void LifeCycle::set_length(std::uint32_t minutes) {
    if (minutes == minutes_) return;
    minutes_ = std::min(minutes, kLongestRoomMinutes);
    extended_ = 0;
    noticed_ = 0;
}

void LifeCycle::extend(std::uint32_t minutes) {
    if (minutes_ == 0) return;
    extended_ += std::min(minutes, kLongestRoomMinutes - std::min(kLongestRoomMinutes, minutes_ + extended_));
    noticed_ = 0;
}

std::optional<Instant> LifeCycle::time_up() const {
    if (!opened_at_ || minutes_ == 0) return std::nullopt;
    return *opened_at_ + std::chrono::minutes(minutes_ + extended_);
}

std::optional<unsigned> LifeCycle::notice_due(Instant now) {
    const std::optional<Instant> end = time_up();
    std::optional<unsigned> latest;
    while (end && noticed_ < kNotices.size() && *end - std::chrono::minutes(kNotices.at(noticed_)) <= now) {
        // A room shorter than that begins without the notice.
        const bool begun = *opened_at_ + std::chrono::minutes(kNotices.at(noticed_)) < *end;
        if (begun) latest = kNotices.at(noticed_);
        ++noticed_;
    }
    return latest;
}

std::optional<Instant> LifeCycle::ends_at() const {
    const std::optional<Instant> end = time_up();
    if (!end || !ends_at_) return end ? end : ends_at_;
    return std::min(*end, *ends_at_);
}

std::optional<Instant> LifeCycle::deadline() const {
    std::optional<Instant> earliest = ends_at();
    if (const std::optional<Instant> end = time_up(); end && noticed_ < kNotices.size()) {
        const Instant notice = *end - std::chrono::minutes(kNotices.at(noticed_));
        earliest = earliest ? std::min(*earliest, notice) : notice;
    }
    return earliest;
}

}  // namespace klassenraum::focus
