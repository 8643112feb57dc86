// What the server itself says to the people in a room, in the words of product.md 5.4.
#pragma once

#include <string>

#include "protocol/core/time.hpp"

namespace klassenraum::focus {

inline constexpr const char* kEndedReason = "The meeting has been terminated";  // clients know this one
inline constexpr const char* kRestored = "Die Lehrkraft ist wieder da.";
inline constexpr const char* kPasswordChanged = "Das Passwort wurde geändert. Wer schon im Raum ist, kann bleiben.";
inline constexpr const char* kKicked = "Die Lehrkraft hat dich aus dem Klassenraum entfernt.";
inline constexpr const char* kSetPassword =
    "Dieser Klassenraum hat noch kein Passwort, das jemand kennt. Legen Sie unter „Sicherheitsoptionen“ eines fest: "
    "Bis dahin warten die Lernenden.";

std::string orphaned_notice(Duration grace);
std::string leaving_notice(Duration grace);

}  // namespace klassenraum::focus
