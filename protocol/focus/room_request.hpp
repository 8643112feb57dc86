// What pages and the command line ask of the rooms of a shard, and the answers. An account is only named after its session
// was verified by the front.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/core/ids.hpp"

namespace klassenraum::focus {

// A new classroom, or one of the account's that is opened again: always with a password.
struct CreateRoom {
    RequestId request;
    std::string account;
    std::string title;     // as typed; folded into the slug
    std::string password;  // as typed; refused when it is empty after normalisation
    std::string slug;      // empty: make a new one from the title; else reopen or set up this one (own prefix only)
};
struct QueryRoom {  // by anybody: the waiting page; unknown, foreign and planned rooms all look closed
    RequestId request;
    std::string slug;
};
struct EndRoom {
    RequestId request;
    std::string account;  // owner; empty: the administrator
    std::string slug;
};
struct ListRooms {
    RequestId request;
    std::string account;
};
using RoomRequest = std::variant<CreateRoom, QueryRoom, EndRoom, ListRooms>;

enum class RoomState : std::uint8_t { Closed, Planned, Open, Orphaned };

enum class RoomError : std::uint8_t { None, BadTitle, BadPassword, NotOwner, TooManyRooms, Unknown };

struct RoomSummary {  // only ever shown to the owning account
    std::string slug;
    std::string title;
    std::string password;
    RoomState state = RoomState::Planned;
    std::uint32_t occupants = 0;
};

struct RoomAnswer {
    RequestId request;
    RoomError error = RoomError::None;
    RoomState state = RoomState::Closed;  // QueryRoom: Open or Closed, nothing finer
    std::vector<RoomSummary> rooms;       // CreateRoom: the one; ListRooms: all of the account
};

}  // namespace klassenraum::focus
