#include "server/admin/farewell.hpp"

#include <sys/stat.h>

#include <boost/json.hpp>
#include <ctime>
#include <filesystem>
#include <istream>
#include <ostream>

#include "config/accounts/planned_rooms.hpp"
#include "config/accounts/store.hpp"
#include "server/admin/account_command.hpp"
#include "server/admin/client.hpp"
#include "server/admin/files.hpp"

namespace klassenraum::admin {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int kPauseMs = 1000;

bool is_confirmed(const FarewellOptions& options, const Surroundings& with, const char* german, const char* english) {
    if (options.yes) return true;
    with.say(std::string("Zum Bestätigen eintippen: ") + german, std::string("To confirm, type: ") + english);
    std::string typed;
    std::getline(with.in, typed);
    if (typed == with.word(german, english)) return true;
    with.say("Nichts geändert.", "Nothing changed.");
    return false;
}

std::string yesterday(WallTime now) {
    const std::time_t seconds = static_cast<std::time_t>(now.unix_us / 1'000'000) - 86'400;
    std::tm date{};
    localtime_r(&seconds, &date);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &date)};
}

std::int64_t open_rooms_in(const std::string& status) {
    boost::system::error_code error;
    const json::value parsed = json::parse(status, error);
    const json::value* rooms = !error && parsed.is_object() ? parsed.as_object().if_contains("rooms_open") : nullptr;
    return rooms != nullptr && rooms->is_int64() ? rooms->as_int64() : 0;
}

struct Stores {
    accounts::Store accounts;
    std::unique_ptr<accounts::PlannedRooms> rooms;
};

Result<Stores, accounts::StoreError> open_stores(const Surroundings& with, Entropy& entropy) {
    TRY(store, accounts::Store::open(with.settings, entropy));
    TRY(rooms, accounts::open_planned_rooms(with.settings));
    return Stores{std::move(store), std::move(rooms)};
}

Result<void, accounts::StoreError> empty(Stores& stores, const Surroundings& with) {
    for (const accounts::PlannedRoom& room : stores.rooms->list()) {
        if (const auto gone = stores.rooms->remove(room.slug); !gone) return failure(gone.error());
    }
    // Whoever keeps the directory ends the accounts there.
    if (with.settings.accounts.store == config::AccountStore::Ldap) return {};
    return stores.accounts.replace_all({});
}

int refuse(const Surroundings& with, accounts::StoreError error) {
    with.say(accounts::german_sentence_of(error), accounts::english_sentence_of(error));
    return kEnvironment;
}

// No new rooms from now on; open lessons end by themselves, or at once.
bool let_lessons_end(const FarewellOptions& options, const Surroundings& with, WallTime now) {
    const auto paths = socket_paths(with.settings.server.state);
    const auto ended =
        ask_service(paths, json::serialize(json::object{{"command", "offer"}, {"until", yesterday(now)}}));
    if (!ended && ended.error() == ClientError::NotRunning) return true;
    if (!ended || ended->find("\"ok\":true") == std::string::npos) {
        with.say("Der Dienst nimmt das Ende nicht an. Als Nächstes: sudo klassenraum wind-down",
                 "The service does not take the end. Next: sudo klassenraum wind-down");
        return false;
    }
    std::int64_t last = -1;
    while (!options.now) {
        const auto status = ask_service(paths, R"({"command":"status"})");
        const std::int64_t open = status ? open_rooms_in(*status) : 0;
        if (open == 0) break;
        if (open != last)
            with.say("Noch offen: " + std::to_string(open) + ". Neue Klassenräume gibt es nicht mehr.",
                     "Still open: " + std::to_string(open) + ". No new classrooms any more.");
        last = open;
        with.sleep_ms(kPauseMs);
    }
    (void)ask_service(paths, R"({"command":"room.end","id":""})");
    return true;
}

}  // namespace

int wind_down_command(const FarewellOptions& options, const Surroundings& with, Entropy& entropy, WallTime now) {
    auto stores = open_stores(with, entropy);
    if (!stores) return refuse(with, stores.error());
    const auto present = stores->accounts.list();
    if (!present) return refuse(with, present.error());
    const std::string count = std::to_string(present->size());
    with.say("Das Angebot endet: ab sofort keine neuen Klassenräume; nach der letzten Stunde werden alle " + count +
                 " Accounts und alle geplanten Räume gelöscht. Die Seiten bleiben und sagen, dass das Angebot "
                 "ausgelaufen ist. Zurück führt nur eine Sicherung: klassenraum backup DATEI",
             "The offer ends: no new classrooms from now on; after the last lesson all " + count +
                 " accounts and all planned rooms are deleted. The pages stay and say that the offer is over. Only a "
                 "backup leads back: klassenraum backup FILE");
    if (!is_confirmed(options, with, "ANGEBOT BEENDEN", "END THE OFFER")) return kRefused;
    if (!let_lessons_end(options, with, now)) return kEnvironment;
    if (const auto gone = empty(*stores, with); !gone) return refuse(with, gone.error());
    with.say(
        "Das Angebot ist beendet, Accounts und Räume sind gelöscht. Als Nächstes, wenn auch die Seiten gehen sollen: "
        "systemctl stop 'klassenraum*'; klassenraum purge; apt purge klassenraum",
        "The offer has ended, accounts and rooms are deleted. Next, when the pages are to go as well: systemctl "
        "stop 'klassenraum*'; klassenraum purge; apt purge klassenraum");
    return kOk;
}

int purge_command(const FarewellOptions& options, const Surroundings& with, Entropy& entropy) {
    const std::string& folder = with.settings.server.state;
    const auto running = ask_service(socket_paths(folder), R"({"command":"status"})");
    if (running || running.error() == ClientError::NotAllowed) {
        with.say("Der Dienst läuft noch. Als Nächstes: klassenraum wind-down; systemctl stop 'klassenraum*'",
                 "The service still runs. Next: klassenraum wind-down; systemctl stop 'klassenraum*'");
        return kRefused;
    }
    const bool shared = !with.settings.accounts.database.empty();
    with.say(
        "Gelöscht wird alles, was der Dienst in " + folder + (shared ? " und in der Datenbank" : "") +
            " gespeichert hat: Accounts, Räume, Schlüssel. Konfiguration und Zertifikate in /etc/klassenraum entfernt "
            "danach: apt purge klassenraum",
        "Everything is deleted that the service has stored in " + folder + (shared ? " and in the database" : "") +
            ": accounts, rooms, keys. Configuration and certificates in /etc/klassenraum go afterwards with: apt "
            "purge klassenraum");
    if (!is_confirmed(options, with, "ALLES LÖSCHEN", "DELETE EVERYTHING")) return kRefused;
    if (fs::is_directory(folder)) {
        auto stores = open_stores(with, entropy);
        if (!stores) return refuse(with, stores.error());
        if (const auto gone = empty(*stores, with); !gone) return refuse(with, gone.error());
    }
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (is_state_file(entry.path().filename().string()) || entry.path().filename() == "acme")
            files.push_back(entry.path());
    }
    for (const fs::path& file : files) {
        fs::remove_all(file, error);
        if (error) {
            with.say("Nicht gelöscht: " + file.string() + ". Als Nächstes: sudo klassenraum purge",
                     "Not deleted: " + file.string() + ". Next: sudo klassenraum purge");
            return kEnvironment;
        }
    }
    with.say("Gelöscht: " + std::to_string(files.size()) + " Dateien. Als Nächstes: apt purge klassenraum",
             "Deleted: " + std::to_string(files.size()) + " files. Next: apt purge klassenraum");
    return kOk;
}

}  // namespace klassenraum::admin
