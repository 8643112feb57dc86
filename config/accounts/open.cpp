// Which place the settings mean, for accounts and for planned rooms.
#include <fstream>
#include <iterator>

#include "config/accounts/backend.hpp"
#include "config/accounts/planned_rooms.hpp"
#include "config/settings.hpp"

namespace klassenraum::accounts {
namespace {

// A file, since the command line and the environment are seen by others (product.md R12). One line.
std::optional<std::string> password_in(const std::string& path) {
    if (path.empty()) return "";
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Result<std::unique_ptr<Backend>, StoreError> open_backend(const config::Settings& settings) {
    const config::Accounts& place = settings.accounts;
    if (place.store == config::AccountStore::Sqlite) return open_sqlite_accounts(accounts_file(settings.server.state));
    if (place.store == config::AccountStore::Postgresql) {
        const auto password = password_in(place.database_password_file);
        if (!password) return failure(StoreError::Unavailable);
        return open_postgresql_accounts(place.database, *password);
    }
    const auto password = password_in(place.ldap_password_file);
    if (!password) return failure(StoreError::Unavailable);
    return open_ldap_accounts({.url = place.ldap_url,
                               .base = place.ldap_base,
                               .filter = place.ldap_filter,
                               .attribute = place.ldap_attribute,
                               .bind = place.ldap_bind,
                               .password = *password,
                               .authority = place.ldap_ca});
}

}  // namespace

Result<Store, StoreError> Store::open(const config::Settings& settings, Entropy& entropy) {
    TRY(backend, open_backend(settings));
    return Store(std::move(backend), entropy);
}

Result<std::unique_ptr<PlannedRooms>, StoreError> open_planned_rooms(const config::Settings& settings) {
    const config::Accounts& place = settings.accounts;
    if (place.database.empty()) return open_planned_rooms(rooms_file(settings.server.state));
    const auto password = password_in(place.database_password_file);
    if (!password) return failure(StoreError::Unavailable);
    return open_postgresql_rooms(place.database, *password);
}

std::string rooms_file(const std::string& state_folder) {
    return state_folder + "/rooms.sqlite";
}

}  // namespace klassenraum::accounts
