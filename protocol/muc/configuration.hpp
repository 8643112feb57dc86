// XEP-0045 §10.2: the owner's form, which Jitsi clients use to change the room's password. A room always has one, so taking
// it away is refused (product.md R1); the other fields are shown because clients look for them, and changing them has no
// effect.
#pragma once

#include "protocol/core/result.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::muc {

// The form as an owner sees it, its present password included.
xml::Element configuration_form(const Room& room);

enum class Submission : bool { Unchanged, PasswordChanged };

// Applies a submitted muc#owner query. Only an owner may call it: the caller has checked.
Result<Submission, xmpp::Error> submit_configuration(Room& room, const xml::Element& query);

}  // namespace klassenraum::muc
