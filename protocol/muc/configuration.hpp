// XEP-0045 §10.2: the owner's form, which Jitsi clients use to change the room's password and to shut its door
// (membersonly: the lobby). A room always has a password, so taking it away is refused (product.md R1); the other
// fields are shown because clients look for them, and changing them has no effect.
#pragma once

#include <optional>

#include "protocol/core/result.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::muc {

// The form as an owner sees it, its present password included.
xml::Element configuration_form(const Room& room);

// What a submitted form wants changed; what it leaves out stays.
struct Submission {
    std::optional<Password> password;
    std::optional<bool> members_only;  // the lobby
};

// Only an owner's form is to be read: the caller has checked, and applies it.
Result<Submission, xmpp::Error> read_configuration(const xml::Element& query);

}  // namespace klassenraum::muc
