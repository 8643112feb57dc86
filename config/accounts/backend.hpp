// What a place of accounts must be able to do with its rows; rules, names and hashing are Store's. One file each:
// sqlite_accounts.cpp, postgresql_accounts.cpp, ldap_accounts.cpp. Owned by the Store, used by one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/accounts/store.hpp"
#include "protocol/core/result.hpp"

namespace klassenraum::accounts {

class Backend {
public:
    virtual ~Backend() = default;

    // Looks at what is present and writes in one transaction; `objection` may refuse the newcomer.
    using Objection = std::function<std::optional<StoreError>(const std::vector<Account>& present)>;
    virtual Result<void, StoreError> insert(const Record& record, const Objection& objection) = 0;
    virtual Result<std::optional<Record>, StoreError> record(std::string_view id) = 0;
    virtual Result<std::vector<Record>, StoreError> records() = 0;  // by id, at most kMaxAccounts
    virtual Result<void, StoreError> replace_all(const std::vector<Record>& records) = 0;
    virtual Result<void, StoreError> set_password(std::string_view id, const std::string& hash, std::int64_t now_s) = 0;
    virtual Result<void, StoreError> set_state(std::string_view id, State state) = 0;
    virtual Result<void, StoreError> erase(std::string_view id) = 0;

    // `id` is canonical. Takes the same work whether the account exists or not.
    virtual Verdict verify(std::string_view id, std::string_view password);
};

std::string_view word_of(State state);  // as it is stored: "active", "locked"
State state_of(std::string_view word);

// Rooms belong to the account whose id and a dash they begin with, so "amsel" would own the rooms of "amsel-27".
bool overlap(std::string_view one, std::string_view other);
bool is_well_formed(std::string_view id);

Result<std::unique_ptr<Backend>, StoreError> open_sqlite_accounts(const std::string& path);
// `connection` as libpq(3) reads it; `password` empty: as the connection says.
Result<std::unique_ptr<Backend>, StoreError> open_postgresql_accounts(const std::string& connection,
                                                                      const std::string& password);

struct Directory {
    std::string url;        // "ldaps://ldap.example", "ldap://…" (StartTLS is required), "ldapi://…"
    std::string base;       // where accounts are looked for, with everything below
    std::string filter;     // which entries are accounts
    std::string attribute;  // holds the account's id
    std::string bind;       // who searches; empty: anonymously
    std::string password;
    std::string authority;  // file of the certificates to trust; empty: the system's
};
Result<std::unique_ptr<Backend>, StoreError> open_ldap_accounts(Directory directory);

}  // namespace klassenraum::accounts
