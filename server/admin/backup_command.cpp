#include "server/admin/backup_command.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <istream>
#include <ostream>
#include <set>

#include "config/accounts/planned_rooms.hpp"
#include "config/backup/backup.hpp"
#include "protocol/crypto/secret.hpp"
#include "server/admin/account_command.hpp"
#include "server/admin/client.hpp"
#include "server/admin/files.hpp"

namespace klassenraum::admin {
namespace {

namespace fs = std::filesystem;

// The passphrase, or nothing after having said why.
std::optional<std::string> passphrase_of(const BackupOptions& options, const Surroundings& with, bool twice) {
    std::string phrase;
    if (!options.passphrase_file.empty()) {
        const auto octets = read_file(options.passphrase_file, 4096);
        if (!octets) {
            with.say("Die Datei mit der Passphrase ist nicht lesbar: " + options.passphrase_file,
                     "The passphrase's file cannot be read: " + options.passphrase_file);
            return std::nullopt;
        }
        phrase = octets->substr(0, octets->find('\n'));
    } else if (!options.no_input && with.ask_secret) {
        phrase = with.ask_secret(with.word("Passphrase: ", "Passphrase: "));
        if (twice && phrase != with.ask_secret(with.word("Noch einmal: ", "Once more: "))) {
            with.say("Die beiden Eingaben sind verschieden. Als Nächstes: den Befehl noch einmal aufrufen.",
                     "The two are not the same. Next: call the command again.");
            return std::nullopt;
        }
    } else {
        std::getline(with.in, phrase);
    }
    if (phrase.ends_with('\r')) phrase.pop_back();
    if (phrase.size() >= backup::kMinPassphrase) return phrase;
    with.say("Die Passphrase braucht mindestens 12 Zeichen: wer die Datei hat, kann beliebig oft raten.",
             "The passphrase needs 12 characters at least: whoever has the file may guess as often as they like.");
    return std::nullopt;
}

int fail(const Surroundings& with, const std::string& german, const std::string& english, int code = kEnvironment) {
    with.say(german, english);
    return code;
}

int fail_to_write(const Surroundings& with, const std::string& path) {
    const std::string why = std::strerror(errno);
    return fail(with, "Nicht geschrieben: " + path + " (" + why + "). Als Nächstes: anderen Ort wählen oder sudo.",
                "Not written: " + path + " (" + why + "). Next: choose another place, or use sudo.");
}

std::vector<backup::NamedFile> keys_in(const std::string& folder) {
    std::vector<backup::NamedFile> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (!is_state_file(name) || name.find(".sqlite") != name.npos || name.starts_with("localhost")) continue;
        if (auto octets = read_file(entry.path().string(), backup::kMaxNamedFile))
            files.push_back({name, std::move(*octets)});
    }
    std::sort(files.begin(), files.end(), [](const auto& one, const auto& other) { return one.name < other.name; });
    return files;
}

std::vector<backup::NamedFile> configuration_at(const std::string& file) {
    std::vector<backup::NamedFile> files;
    if (auto octets = read_file(file, backup::kMaxNamedFile)) files.push_back({"klassenraum.toml", std::move(*octets)});
    std::set<fs::path> more;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(file).parent_path() / "conf.d", error)) {
        if (entry.path().extension() == ".toml") more.insert(entry.path());
    }
    for (const fs::path& one : more) {
        if (auto octets = read_file(one.string(), backup::kMaxNamedFile))
            files.push_back({"conf.d/" + one.filename().string(), std::move(*octets)});
    }
    return files;
}

std::string count_of(const backup::Content& content, bool german) {
    const auto rooms = std::ranges::count_if(
        content.rooms, [](const auto& room) { return !room.slug.starts_with(accounts::kVoidPassword); });
    return std::to_string(content.accounts.size()) + (german ? " Accounts, " : " accounts, ") + std::to_string(rooms) +
           (german ? " geplante Räume, " : " planned rooms, ") + std::to_string(content.state.size()) +
           (german ? " Schlüssel und Angaben, " : " keys and notes, ") + std::to_string(content.config.size()) +
           (german ? " Konfigurationsdateien" : " configuration files");
}

class Restore {
public:
    Restore(const BackupOptions& options, const Surroundings& with, Entropy& entropy)
        : options_(options), with_(with), entropy_(entropy) {}
    int perform();

private:
    bool read();
    bool is_meant();
    // Everything is opened before anything is written.
    bool open_stores();
    int write();

    const BackupOptions& options_;
    const Surroundings& with_;
    Entropy& entropy_;
    backup::Content content_;
    std::optional<accounts::Store> store_;
    std::unique_ptr<accounts::PlannedRooms> rooms_;
};

bool Restore::read() {
    const auto octets = read_file(options_.file, backup::kMaxFile);
    if (!octets) {
        with_.say("Die Datei ist nicht lesbar: " + options_.file, "The file cannot be read: " + options_.file);
        return false;
    }
    auto phrase = passphrase_of(options_, with_, false);
    if (!phrase) return false;
    auto content = backup::read(as_bytes(*octets), *phrase);
    crypto::wipe(*phrase);
    if (content) {
        content_ = std::move(*content);
        return true;
    }
    switch (content.error()) {
        case backup::Fault::NoBackup:
            with_.say("Das ist keine Sicherung von klassenraum.", "This is no backup of klassenraum.");
            break;
        case backup::Fault::NewerVersion:
            with_.say("Die Sicherung ist von einem neueren Programm. Als Nächstes: klassenraum aktualisieren.",
                      "A newer program made this backup. Next: upgrade klassenraum.");
            break;
        case backup::Fault::WrongPassphrase:
            with_.say("Die Passphrase stimmt nicht, oder die Datei ist beschädigt. Nichts wurde geändert.",
                      "The passphrase is wrong, or the file is damaged. Nothing was changed.");
            break;
        case backup::Fault::Damaged:
            with_.say("Der Inhalt der Sicherung ist beschädigt. Nichts wurde geändert.",
                      "What the backup holds is damaged. Nothing was changed.");
            break;
    }
    return false;
}

bool Restore::is_meant() {
    with_.say("Die Sicherung enthält " + count_of(content_, true) + ".",
              "The backup holds " + count_of(content_, false) + ".");
    if (options_.yes) return true;
    with_.say(options_.only_keys
                  ? "Die Schlüssel dieses Servers werden ersetzt; alle Anmeldungen enden."
                  : "Was dieser Server davon hat, wird ersetzt; neuere Accounts und Räume gehen verloren.",
              options_.only_keys ? "This server's keys are replaced; all logins end."
                                 : "What this server has of it is replaced; newer accounts and rooms are lost.");
    with_.say("Zum Bestätigen eintippen: WIEDERHERSTELLEN", "To confirm, type: RESTORE");
    std::string typed;
    if (!options_.no_input) std::getline(with_.in, typed);
    if (typed == with_.word("WIEDERHERSTELLEN", "RESTORE")) return true;
    with_.say("Nichts geändert. Ohne Rückfrage geht es mit --yes.", "Nothing changed. --yes does it without asking.");
    return false;
}

bool Restore::open_stores() {
    if (options_.only_keys) return true;
    auto store = accounts::Store::open(with_.settings, entropy_);
    auto rooms = accounts::open_planned_rooms(with_.settings);
    if (!store || !rooms) {
        const accounts::StoreError error = store ? rooms.error() : store.error();
        with_.say(accounts::german_sentence_of(error), accounts::english_sentence_of(error));
        return false;
    }
    store_ = std::move(*store);
    rooms_ = std::move(*rooms);
    return true;
}

int Restore::write() {
    const std::string& folder = with_.settings.server.state;
    for (const backup::NamedFile& file : content_.state) {
        if (!is_state_file(file.name) || (options_.only_keys && !file.name.ends_with(".key"))) continue;
        const std::string path = folder + "/" + file.name;
        if (!write_file(path, as_bytes(file.octets), S_IRUSR | S_IWUSR, Present::Replace))
            return fail_to_write(with_, path);
    }
    if (options_.only_keys) return kOk;
    if (content_.has_accounts && with_.settings.accounts.store != config::AccountStore::Ldap) {
        if (const auto done = store_->replace_all(content_.accounts); !done)
            return fail(with_, std::string(accounts::german_sentence_of(done.error())),
                        std::string(accounts::english_sentence_of(done.error())));
    }
    std::set<std::string> kept;
    for (const accounts::PlannedRoom& room : content_.rooms) {
        kept.insert(room.slug);
        if (const auto done = rooms_->put(room); !done)
            return fail(with_, std::string(accounts::german_sentence_of(done.error())),
                        std::string(accounts::english_sentence_of(done.error())));
    }
    for (const accounts::PlannedRoom& room : rooms_->list()) {
        if (!kept.contains(room.slug)) (void)rooms_->remove(room.slug);
    }
    const fs::path configuration = fs::path(with_.config_file).parent_path();
    for (const backup::NamedFile& file : content_.config) {
        const std::string path = (configuration / file.name).string();
        const auto present = read_file(path, backup::kMaxNamedFile);
        if (present && *present == file.octets) continue;
        std::error_code ignored;
        fs::create_directories(fs::path(path).parent_path(), ignored);
        if (present && !write_file(path + ".before-restore", as_bytes(*present), S_IRUSR | S_IWUSR, Present::Replace))
            return fail_to_write(with_, path);
        if (!write_file(path, as_bytes(file.octets), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, Present::Replace))
            return fail_to_write(with_, path);
    }
    return kOk;
}

int Restore::perform() {
    const auto answer = ask_service(socket_paths(with_.settings.server.state), R"({"command":"status"})");
    if (answer || answer.error() == ClientError::NotAllowed)
        return fail(with_,
                    "Der Dienst läuft noch. Als Nächstes: klassenraum drain --wait; systemctl stop 'klassenraum*'",
                    "The service still runs. Next: klassenraum drain --wait; systemctl stop 'klassenraum*'", kRefused);
    if (!fs::is_directory(with_.settings.server.state))
        return fail(with_,
                    "Der Ordner fehlt: " + with_.settings.server.state +
                        ". Als Nächstes: das Paket installieren, "
                        "den Dienst einmal starten und anhalten.",
                    "The folder is missing: " + with_.settings.server.state +
                        ". Next: install the package, start the "
                        "service once and stop it.");
    if (!read() || !is_meant()) return kRefused;
    if (!open_stores()) return kEnvironment;
    const int code = write();
    if (code == kOk)
        with_.say(
            "Wiederhergestellt. Zertifikate holt certbot neu. Als Nächstes: klassenraum config check; systemctl "
            "start klassenraum; klassenraum doctor",
            "Restored. certbot fetches certificates anew. Next: klassenraum config check; systemctl start "
            "klassenraum; klassenraum doctor");
    return code;
}

}  // namespace

int backup_command(const BackupOptions& options, const Surroundings& with, Entropy& entropy, WallTime now) {
    if (fs::exists(options.file))
        return fail(with, "Die Datei gibt es schon: " + options.file + ". Als Nächstes: einen anderen Namen wählen.",
                    "The file exists: " + options.file + ". Next: choose another name.", kRefused);
    backup::Content content;
    content.made_s = now.unix_us / 1'000'000;
    auto store = accounts::Store::open(with.settings, entropy);
    const auto rooms = accounts::open_planned_rooms(with.settings);
    auto records = store ? store->records() : failure(store.error());
    if (!records || !rooms) {
        const accounts::StoreError error = records ? rooms.error() : records.error();
        return fail(with, std::string(accounts::german_sentence_of(error)),
                    std::string(accounts::english_sentence_of(error)));
    }
    // Accounts of a directory stay where they are.
    content.has_accounts = with.settings.accounts.store != config::AccountStore::Ldap;
    if (content.has_accounts) content.accounts = std::move(*records);
    content.rooms = (*rooms)->list();
    content.state = keys_in(with.settings.server.state);
    content.config = configuration_at(with.config_file);
    auto phrase = passphrase_of(options, with, true);
    if (!phrase) return kRefused;
    const std::vector<std::uint8_t> file = backup::write(content, *phrase, entropy);
    const bool readable = !file.empty() && backup::read(file, *phrase).has_value();
    crypto::wipe(*phrase);
    if (!readable)
        return fail(with, "Die Verschlüsselung ist misslungen: zu wenig Speicher (128 MiB).",
                    "The encryption failed: too little memory (128 MiB).");
    if (!write_file(options.file, file, S_IRUSR | S_IWUSR, Present::Refuse)) return fail_to_write(with, options.file);
    with.say("Gesichert in " + options.file + ": " + count_of(content, true) +
                 ". Ohne die Passphrase ist die Datei wertlos; bewahren Sie beide getrennt auf.",
             "Saved in " + options.file + ": " + count_of(content, false) +
                 ". Without the passphrase the file is worthless; keep the two apart.");
    return kOk;
}

int restore_command(const BackupOptions& options, const Surroundings& with, Entropy& entropy) {
    return Restore(options, with, entropy).perform();
}

}  // namespace klassenraum::admin
