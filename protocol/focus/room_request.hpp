// What pages and the command line ask of the rooms of a shard, and the answers. An account is only named after its
// session was verified by the front.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/muc/policy.hpp"

namespace klassenraum::focus {

using muc::RoomPolicy;

// A new classroom, or one of the account's that is opened again: always with a password.
struct CreateRoom {
    RequestId request;
    std::string account;
    std::string title;     // as typed; folded into the slug
    std::string password;  // as typed; refused when it is empty after normalisation
    std::string slug;      // empty: make a new one from the title; else reopen or set up this one (own prefix only)
    std::optional<RoomPolicy> policy{};  // none: the server's default, or what the room has already
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
    bool administrator = false;  // all rooms of all accounts, without title and password
};

// The control page: each names the owning account and a room of it; any other room looks like none
// (RoomError::Unknown). All but DescribeRoom answer with the new details too.
struct DescribeRoom {
    RequestId request;
    std::string account;
    std::string slug;
};
struct SetPolicy {
    RequestId request;
    std::string account;
    std::string slug;
    RoomPolicy policy;
};
struct SetPassword {  // who is inside stays; the old one is void at every door at once
    RequestId request;
    std::string account;
    std::string slug;
    std::string password;
};
struct ExtendRoom {
    RequestId request;
    std::string account;
    std::string slug;
    std::uint32_t minutes = 15;
};
// „Ruhe!": guests' microphones, cameras, screens and chat off and the door shut; false: the policy again.
struct QuietRoom {
    RequestId request;
    std::string account;
    std::string slug;
    bool quiet = true;
};
struct ShutDoor {  // „Tür zu": from now on newcomers wait for a yes; false: those who wait come in
    RequestId request;
    std::string account;
    std::string slug;
    bool shut = true;
};
struct AnswerWaiting {  // one who waits at the door
    RequestId request;
    std::string account;
    std::string slug;
    std::string person;  // Person::id
    bool admit = true;
};
struct RemovePerson {  // until the room ends; colleagues of the account cannot be removed
    RequestId request;
    std::string account;
    std::string slug;
    std::string person;
};

using RoomRequest = std::variant<CreateRoom,
                                 QueryRoom,
                                 EndRoom,
                                 ListRooms,
                                 DescribeRoom,
                                 SetPolicy,
                                 SetPassword,
                                 ExtendRoom,
                                 QuietRoom,
                                 ShutDoor,
                                 AnswerWaiting,
                                 RemovePerson>;

enum class RoomState : std::uint8_t { Closed, Planned, Open, Orphaned };

enum class RoomError : std::uint8_t { None, BadTitle, BadPassword, NotOwner, TooManyRooms, Unknown };

struct RoomSummary {  // only ever shown to the owning account
    std::string slug;
    std::string title;
    std::string password;
    RoomState state = RoomState::Planned;
    std::uint32_t occupants = 0;
};

struct Person {
    std::string id;    // eight hex digits, good for as long as the person stays
    std::string name;  // as typed, to be escaped
    bool moderator = false;
    bool hand_raised = false;
    bool connected = false;  // media flows
    std::string group{};     // name of the breakout room; empty: in the main room
};

struct RoomDetails {  // of the one room asked for, only ever shown to the owning account
    RoomPolicy policy;
    bool quiet = false;
    bool door_shut = false;
    std::vector<Person> people;
    std::vector<Person> waiting;
    std::optional<Duration> time_left;  // until max_minutes are over; none: not open yet, or no such end
    std::optional<Duration> closes_in;  // orphaned: until the room ends by itself
};

struct RoomAnswer {
    RequestId request;
    RoomError error = RoomError::None;
    RoomState state = RoomState::Closed;   // QueryRoom: Open or Closed, nothing finer
    std::vector<RoomSummary> rooms;        // ListRooms: all of the account; CreateRoom and the control page: the one
    std::optional<RoomDetails> details{};  // the control page
};

}  // namespace klassenraum::focus
