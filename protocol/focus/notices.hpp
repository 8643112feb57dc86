// What the server itself says to the people in a room, in the words of product.md 5.4.
#pragma once

#include <string>

#include "protocol/core/time.hpp"

namespace klassenraum::focus {

inline constexpr const char* kEndedReason = "The meeting has been terminated";  // clients know this one
inline constexpr const char* kStopping = "Der Server hält an. Sobald er wieder da ist, geht es von selbst weiter.";
inline constexpr const char* kRestored = "Die Lehrkraft ist wieder da.";
inline constexpr const char* kPasswordChanged = "Das Passwort wurde geändert. Wer schon im Raum ist, kann bleiben.";
inline constexpr const char* kKicked = "Die Lehrkraft hat dich aus dem Klassenraum entfernt.";
inline constexpr const char* kPasswordUsed = "Dieses Passwort galt schon einmal. Bitte wählen Sie ein neues.";
inline constexpr const char* kQuiet =
    "Ruhe! Mikrofone, Kameras und Chat sind aus, bis die Lehrkraft sie wieder freigibt.";
inline constexpr const char* kQuietOver =
    "Mikrofone, Kameras und Chat sind wieder frei, soweit die Lehrkraft sie erlaubt.";
inline constexpr const char* kGroupClosed = "Die Gruppe ist beendet.";
inline constexpr const char* kOtherGroup = "Deine Lehrkraft hat dich dieser Gruppe nicht zugeteilt.";
inline constexpr const char* kClosed =
    "Der Klassenraum ist geschlossen. Wenn der Unterricht weitergeht, bekommst du ein neues Passwort von deiner "
    "Lehrkraft.";
inline constexpr const char* kSetPassword =
    "Dieser Klassenraum hat noch kein Passwort, das jemand kennt. Legen Sie unter „Sicherheitsoptionen“ eines fest: "
    "Bis dahin warten die Lernenden.";

std::string orphaned_notice(Duration grace);
std::string leaving_notice(Duration grace);
std::string time_notice(unsigned minutes);
std::string groups_notice(unsigned minutes);  // 0: they close now

}  // namespace klassenraum::focus
