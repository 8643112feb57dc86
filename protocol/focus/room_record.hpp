// What outlives a restart of the server about a room that was planned or is open (product.md R7): its name, a keyed
// hash of its password, what its owner allows, and when it is forgotten. The title and the password themselves do not.
// That a lesson is going on in it is told to the next process alone and never stored.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "protocol/core/time.hpp"
#include "protocol/focus/ban_list.hpp"
#include "protocol/muc/password.hpp"
#include "protocol/muc/policy.hpp"

namespace klassenraum::focus {

struct RoomRecord {
    std::string slug;
    muc::Password::Digest password{};  // by Config::password_key, with the slug as context
    muc::RoomPolicy policy;
    WallTime expires{};
};

// A lesson that a stop of the server interrupted, as it stood then.
struct RunningRoom {
    std::string slug;
    muc::RoomPolicy policy;  // with what the lesson changed
    bool quiet = false;
    bool door_shut = false;
    Duration open_for{};
    BanMarks bans{};
};

// A room as a former start of the server knew it; the account was found by the slug's beginning and is not locked.
struct RestoreRoom {
    std::string account;
    RoomRecord record;
    std::optional<RunningRoom> running{};  // those inside had no time to leave
    bool ended = false;                    // no room: this password is void, nothing else of the record counts
};

// Said by the rooms: keep this in place of what was kept before, or forget the room. Of one that had a password which
// people knew, the next start still knows that it is void, until the record expires (product.md R5).
struct KeepRoom {
    RoomRecord record;
};
struct ForgetRoom {
    std::string slug;
    std::optional<RoomRecord> ended{};
};
using RoomNote = std::variant<KeepRoom, ForgetRoom>;

}  // namespace klassenraum::focus
