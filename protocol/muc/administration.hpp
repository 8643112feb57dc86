// XEP-0045 §8.2, §9: what an owner may do to others. Kick is all: an owner is who logged in to the owning account, so
// nobody is promoted or demoted by request (product.md R2).
#pragma once

#include <string>
#include <variant>

#include "protocol/core/result.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/xmpp/error.hpp"

namespace klassenraum::muc {

struct Kick {
    SessionId target;
    std::string reason;
};
struct NoChange {};  // asked for what is already so, or for a membership, which means nothing here
using AdministrativeAct = std::variant<NoChange, Kick>;

// Decides a muc#admin set; the caller applies it.
Result<AdministrativeAct, xmpp::Error> administrative_act(const Room& room,
                                                          const Occupant& actor,
                                                          const xml::Element& query);

}  // namespace klassenraum::muc
