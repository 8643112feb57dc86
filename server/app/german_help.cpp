#include "server/app/german_help.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace klassenraum::app {
namespace {

struct Phrase {
    std::string_view english;
    std::string_view german;
};

constexpr std::array kPhrases{
    Phrase{"A private video classroom for unmodified Jitsi clients",
           "Ein geschützter Video-Klassenraum für unveränderte Jitsi-Programme"},
    Phrase{"Print this help message and exit", "zeigt diese Hilfe"},
    Phrase{"Display program version information and exit", "zeigt die Version"},
    Phrase{"configuration file", "Konfigurationsdatei"},
    Phrase{"section.key=value; may be given several times", "abschnitt.schlüssel=wert; auch mehrmals"},
    Phrase{"run the service", "betreibt den Dienst"},
    Phrase{"on this machine only: own certificate, port 8443, account test/test",
           "nur auf diesem Rechner: eigenes Zertifikat, Port 8443, Account test/test"},
    Phrase{"instead of listen.https; 0: any", "statt listen.https; 0: irgendeiner"},
    Phrase{"instead of listen.media_udp; 0: any", "statt listen.media_udp; 0: irgendeiner"},
    Phrase{"instead of server.state", "statt server.state"},
    Phrase{"look at the configuration", "zeigt oder prüft die Konfiguration"},
    Phrase{"say what is wrong with it", "sagt, was an ihr nicht stimmt"},
    Phrase{"print the settings in effect", "zeigt, was gilt"},
    Phrase{"as the running service has it", "so wie es im laufenden Dienst gilt"},
    Phrase{"how the running service is; exit code 1: it has a complaint",
           "wie es dem laufenden Dienst geht; Rückgabewert 1: er beklagt etwas"},
    Phrase{"again every two seconds", "alle zwei Sekunden neu"},
    Phrase{"no new rooms; the service ends with the last lesson",
           "keine neuen Räume; der Dienst endet mit dem letzten Unterricht"},
    Phrase{"return when it has ended", "wartet, bis er beendet ist"},
    Phrase{"allow new rooms again", "lässt wieder neue Räume zu"},
    Phrase{"what the teachers of open lessons are told", "was den Lehrkräften in offenen Räumen gesagt wird"},
    Phrase{"end after this time all the same: 45m, 2h (default 8h)",
           "endet nach dieser Zeit auf jeden Fall: 45m, 2h (sonst 8h)"},
    Phrase{"examine name, ports, certificate and host; each line with its repair",
           "untersucht Name, Ports, Zertifikat und Rechner; zu jeder Zeile die Abhilfe"},
    Phrase{"also: what else lives on this machine", "auch: was sonst auf diesem Rechner läuft"},
    Phrase{"let the service read configuration and certificate again",
           "lässt den Dienst Konfiguration und Zertifikat neu einlesen"},
    Phrase{"print the completion of a shell", "gibt die Vervollständigung für eine Shell aus"},
    Phrase{"bash, zsh or fish", "bash, zsh oder fish"},
    Phrase{"list rooms by opaque ids, or end them",
           "zeigt Räume unter Kennungen, die nichts verraten, oder beendet sie"},
    Phrase{"id, state, people", "Kennung, Zustand, Teilnehmende"},
    Phrase{"end one room, or all", "beendet einen Raum oder alle"},
    Phrase{"as `room list` shows it", "wie „room list“ sie zeigt"},
    Phrase{"for programs", "für Programme"},
    Phrase{"every room", "alle Räume"},
    Phrase{"one sentence", "ein Satz"},
    Phrase{"do not ask", "fragt nicht nach"},
    Phrase{"the offer's end and notice, without touching klassenraum.toml",
           "Ende und Hinweis des Angebots, ohne klassenraum.toml anzufassen"},
    Phrase{"what is in effect", "zeigt, was gilt"},
    Phrase{"set the last day", "setzt den letzten Tag"},
    Phrase{"2026-07-31", "Tag, z. B. 2026-07-31"},
    Phrase{"set the notice; {until} and {url} are filled in", "setzt den Hinweis; {until} und {url} werden ersetzt"},
    Phrase{"ask what is needed, write klassenraum.toml, get a certificate, examine",
           "fragt das Nötige, schreibt klassenraum.toml, holt ein Zertifikat, untersucht"},
    Phrase{"the server's name", "Name des Servers"},
    Phrase{"for imprint and certificate", "für Impressum und Zertifikat"},
    Phrase{"who runs the service", "wer den Dienst betreibt"},
    Phrase{"the offer's last day", "letzter Tag des Angebots"},
    Phrase{"start the service and let certbot fetch a certificate",
           "startet den Dienst und lässt certbot ein Zertifikat holen"},
    Phrase{"ask nothing", "fragt nichts"},
    Phrase{"accounts, planned rooms, keys and configuration in one encrypted file",
           "Accounts, geplante Räume, Schlüssel und Konfiguration in einer verschlüsselten Datei"},
    Phrase{"is made, never overwritten", "wird angelegt, nie überschrieben"},
    Phrase{"its first line instead of a question", "ihre erste Zeile statt einer Frage"},
    Phrase{"read the passphrase from standard input", "liest die Passphrase von der Standardeingabe"},
    Phrase{"put a backup in place of what is here; the service must be stopped",
           "setzt eine Sicherung an die Stelle des Vorhandenen; der Dienst muss beendet sein"},
    Phrase{"as `backup` made it", "wie „backup“ sie angelegt hat"},
    Phrase{"only what servers of one fleet share", "nur, was die Server eines Verbunds teilen"},
    Phrase{"end the offer: no new rooms, then delete accounts and planned rooms",
           "beendet das Angebot: keine neuen Räume, dann Accounts und geplante Räume löschen"},
    Phrase{"end open lessons instead of waiting for them", "beendet offenen Unterricht, statt auf ihn zu warten"},
    Phrase{"delete everything that the service has stored", "löscht alles, was der Dienst gespeichert hat"},
    Phrase{"what the service keeps of people: nothing", "was der Dienst von Menschen behält: nichts"},
    Phrase{"play a lesson of markers with a private instance and search everything that it writes",
           "spielt mit einem eigenen Server eine Stunde aus Markierungen und durchsucht alles, was er schreibt"},
    Phrase{"write the report to this file as well", "schreibt den Bericht auch in diese Datei"},
    Phrase{"add, list, lock, unlock, reset or remove school accounts",
           "Schul-Accounts anlegen, zeigen, sperren, freigeben, neu setzen oder entfernen"},
};

std::string german_of(const std::string& english) {
    const auto* found = std::ranges::find(kPhrases, english, &Phrase::english);
    return found == kPhrases.end() ? english : std::string(found->german);
}

}  // namespace

void speak_german(CLI::App& app) {
    app.description(german_of(app.get_description()));
    for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
        option->description(german_of(option->get_description()));
        if (option->get_group() == "Options") option->group("Optionen");
    }
    if (app.get_group() == "Subcommands") app.group("Befehle");
    for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) speak_german(*command);
    for (const auto& [english, german] : {std::pair{"Usage", "Aufruf"},
                                          {"OPTIONS", "OPTIONEN"},
                                          {"SUBCOMMAND", "BEFEHL"},
                                          {"SUBCOMMANDS", "BEFEHLE"},
                                          {"Positionals", "Angaben"},
                                          {"REQUIRED", "NÖTIG"}}) {
        app.get_formatter()->label(english, german);
    }
}

}  // namespace klassenraum::app
