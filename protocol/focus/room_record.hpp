// What outlives a restart of the server about a room that was planned or is open (product.md R7): its name, a keyed
// hash of its password, what its owner allows, and when it is forgotten. The title and the password themselves do not.
// That a lesson is going on in it is told to the next process alone and never stored.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "protocol/core/time.hpp"
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
};

// A room as a former start of the server knew it; the account was found by the slug's beginning and is not locked.
struct RestoreRoom {
    std::string account;
    RoomRecord record;
    std::optional<RunningRoom> running{};  // those inside had no time to leave
};

// Said by the rooms: keep this in place of what was kept before, or forget the room.
struct KeepRoom {
    RoomRecord record;
};
struct ForgetRoom {
    std::string slug;
};
using RoomNote = std::variant<KeepRoom, ForgetRoom>;

}  // namespace klassenraum::focus
