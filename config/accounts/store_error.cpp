// What went wrong, why, and what to do next, in both languages of the command line (product.md §7).
#include "config/accounts/store.hpp"

namespace klassenraum::accounts {

std::string_view german_sentence_of(StoreError error) {
    switch (error) {
        case StoreError::Unavailable:
            return "Die Accounts sind nicht zu erreichen, zu lesen oder zu schreiben. Als Nächstes: den Befehl mit "
                   "sudo "
                   "aufrufen; klassenraum doctor prüft Datei, Datenbank oder Verzeichnis.";
        case StoreError::ReadOnly:
            return "Die Accounts stehen in einem Verzeichnis (accounts.store = \"ldap\"), das hier nur gelesen wird. "
                   "Als "
                   "Nächstes: die Änderung dort vornehmen.";
        case StoreError::BadId:
            return "Ein Account-Name besteht aus Kleinbuchstaben ohne Umlaute, Ziffern und einzelnen Bindestrichen, "
                   "zum "
                   "Beispiel amsel-27. Lassen Sie den Namen weg, dann wird einer erzeugt.";
        case StoreError::BadPassword:
            return "Dieses Passwort ist leer oder länger als 256 Zeichen. Lassen Sie es weg, dann wird eines erzeugt.";
        case StoreError::Exists:
            return "Diesen Account gibt es schon, oder einer der beiden Namen ist der Anfang des anderen; seine Räume "
                   "wären "
                   "nicht zu unterscheiden. Wählen Sie einen anderen Namen.";
        case StoreError::Unknown:
            return "Diesen Account gibt es nicht. „klassenraum account list“ zeigt alle.";
        case StoreError::Full:
            return "Mehr Accounts sind nicht vorgesehen. Entfernen Sie nicht mehr gebrauchte mit „klassenraum account "
                   "remove“.";
    }
    return {};
}

std::string_view english_sentence_of(StoreError error) {
    switch (error) {
        case StoreError::Unavailable:
            return "The accounts cannot be reached, read or written. Next: use sudo; klassenraum doctor examines file, "
                   "database or directory.";
        case StoreError::ReadOnly:
            return "The accounts are in a directory (accounts.store = \"ldap\"), which is only read here. Next: make "
                   "the "
                   "change there.";
        case StoreError::BadId:
            return "An account name has lower-case letters, digits and single dashes, for example amsel-27. Leave the "
                   "name "
                   "out and one is made.";
        case StoreError::BadPassword:
            return "This password is empty or longer than 256 characters. Leave it out and one is made.";
        case StoreError::Exists:
            return "This account exists, or one of the names is the beginning of the other, so that their rooms could "
                   "not be "
                   "told apart. Choose another name.";
        case StoreError::Unknown:
            return "There is no such account. \"klassenraum account list\" shows all.";
        case StoreError::Full:
            return "No more accounts are provided for. Remove unused ones with \"klassenraum account remove\".";
    }
    return {};
}

}  // namespace klassenraum::accounts
