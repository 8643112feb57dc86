// The one form of a room's name (product.md section 4, decisions.md 2): every way into a room, be it a path, a room
// address or a WebSocket's `?room=`, is folded by this function, and rooms are only ever looked up by its result.
#pragma once

#include <string>
#include <string_view>

#include "protocol/core/entropy.hpp"

namespace klassenraum::muc {

// %-sequences decoded, NFKC, lower case, ä→ae ö→oe ü→ue ß→ss, each run of anything else one `-`, none at the ends, at
// most 64 characters. Empty: names no room. Folding twice changes nothing.
std::string fold_room_name(std::string_view name);

// Whether a slug is one that this account may open: "<account>-…".
bool is_of_account(std::string_view slug, std::string_view account);

// "<account>-<folded title>-<4 random>"; empty when the title folds to nothing.
std::string make_slug(std::string_view account, std::string_view title, Entropy& entropy);

}  // namespace klassenraum::muc
