#include "protocol/focus/notices.hpp"

namespace klassenraum::focus {

std::string orphaned_notice(Duration grace) {
    const std::int64_t seconds = milliseconds_of(grace) / 1000;
    const std::string rest = (seconds % 60 < 10 ? "0" : "") + std::to_string(seconds % 60);
    return "Die Verbindung zur Lehrkraft ist unterbrochen. Mikrofone, Kameras und Chat sind solange aus. "
           "Der Klassenraum schließt in " +
           std::to_string(seconds / 60) + ":" + rest + " Minuten.";
}

std::string leaving_notice(Duration grace) {
    return "Die Lehrkraft hat den Raum verlassen. Der Klassenraum schließt in " +
           std::to_string(milliseconds_of(grace) / 1000) + " Sekunden.";
}

std::string time_notice(unsigned minutes) {
    return "Noch " + std::to_string(minutes) + (minutes == 1 ? " Minute" : " Minuten") +
           " bis zum Ende. Verlängern: Steuerseite.";
}

std::string groups_notice(unsigned minutes) {
    if (minutes == 0) return "Die Gruppen schließen gleich. Du kommst von selbst zurück.";
    return minutes == 1 ? "Noch eine Minute in den Gruppen."
                        : "Noch " + std::to_string(minutes) + " Minuten in den Gruppen.";
}

}  // namespace klassenraum::focus
