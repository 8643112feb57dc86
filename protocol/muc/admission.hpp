// The one door of a room (threats.md H6, M2): whoever wants a seat, for the first time or again, under whatever
// spelling, is judged here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::muc {

struct Applicant {
    SessionId session;
    bool owner = false;  // of the owning account, by login: skips the password
    bool banned = false;
    std::string_view nick;
    std::string_view display_name;
    std::optional<std::string_view> password;
    bool proved = false;    // showed the present password before and was let in since
    bool admitted = false;  // an owner said yes
};

struct DoorRules {
    std::uint32_t max_occupants = 0;
    bool require_display_name = true;
    bool guests_may_enter = false;  // a moderator is in
    bool door_shut = false;         // newcomers need an owner's yes
};

enum class Verdict : std::uint8_t {
    Welcome,
    Closed,  // nobody is told whether the room exists
    Banned,
    BadNick,
    NickTaken,
    NameRequired,
    PasswordMissing,
    PasswordWrong,
    MustWait,  // in the lobby; its address goes with the refusal
    Full,
};

Verdict judge(const Room& room, const Applicant& applicant, const DoorRules& rules);

// How a refusal is said to a Jitsi client (jitsi-signalling.md 4.5). Not for Welcome.
xmpp::Error refusal_of(Verdict verdict);

// Eight hex digits: never "focus" or another name that means something.
bool is_nick(std::string_view nick);

}  // namespace klassenraum::muc
