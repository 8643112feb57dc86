// Who may do what in a room: the one place where policy, „Ruhe!", the teacher's absence and single permissions meet
// (product.md R4, R8; threats.md M5, M9). Whatever forwards something asks here first.
#pragma once

#include "protocol/muc/room.hpp"

namespace klassenraum::muc {

enum class Act : std::uint8_t { Speak, ShowCamera, ShowScreen, Chat, Rename, MakePoll, AnswerPoll };

bool may(const Room& room, const Occupant& occupant, Act act);
// Private words of one to another; also those that no person reads, such as key exchange.
bool may_whisper(const Room& room, const Occupant& from, const Occupant& to);
// Whether guests need a permission of their own for this medium: by policy or during „Ruhe!".
bool is_moderated(const Room& room, Medium medium);
// An owner turned moderation of a medium on or off: the policy follows.
void moderate(Room& room, Medium medium, bool on);

}  // namespace klassenraum::muc
