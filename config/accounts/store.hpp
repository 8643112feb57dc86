// The school accounts: id, argon2id hash, state, dates and quota, and no field for anything else (product.md R7, C21).
// They live in one SQLite file, in PostgreSQL, or in a directory (LDAP) that is only read. Owned by the application;
// used on the pool thread of the server, or by a command in a process of its own (every place allows both at once). An
// object is not to be shared between threads without a lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/result.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum {
class Entropy;
}

namespace klassenraum::config {
struct Settings;
}

namespace klassenraum::accounts {

class Backend;

enum class State : std::uint8_t { Active, Locked };

struct Account {
    std::string id;  // "amsel-27": lower-case ASCII letters, digits and single dashes, begins with a letter
    State state = State::Active;
    std::int64_t created_s = 0;           // unix seconds
    std::int64_t password_changed_s = 0;  // unix seconds; sessions older than this are void
    std::uint32_t room_quota = 0;
};

enum class StoreError : std::uint8_t {
    Unavailable,  // the file, database or directory cannot be reached, read or written, or is of another version
    ReadOnly,     // a directory: whoever keeps it makes the change there
    BadId,        // not of the form above
    BadPassword,  // empty or too long
    Exists,       // the id, or one of which this one is the beginning (or the other way round), exists
    Unknown,
    Full,
};
std::string_view german_sentence_of(StoreError error);
std::string_view english_sentence_of(StoreError error);

// Locked only after the right password.
enum class Verdict : std::uint8_t { Right, Wrong, Locked, Unavailable };

// An account with its password's stored form, for backups alone.
struct Record {
    Account account;
    std::string password_hash;
};

class Store {
public:
    // A SQLite file, created (0600) when it does not exist.
    static Result<Store, StoreError> open(const std::string& path, Entropy& entropy);
    // Where the settings say: accounts.store.
    static Result<Store, StoreError> open(const config::Settings& settings, Entropy& entropy);
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    Result<Account, StoreError> create(std::string_view id, std::string_view password, WallTime now);
    // The same work and time for an unknown account as for a wrong password. `account` is folded first: spaces around
    // it and capitals do not matter; the canonical id is id_of(account).
    Verdict verify(std::string_view account, std::string_view password);
    Result<void, StoreError> reset(std::string_view id, std::string_view password, WallTime now);
    Result<void, StoreError> lock(std::string_view id);
    Result<void, StoreError> unlock(std::string_view id);
    Result<void, StoreError> remove(std::string_view id);
    std::optional<Account> find(std::string_view id);
    // By id. An error is not the same as no accounts: nobody is logged out because a database rests.
    Result<std::vector<Account>, StoreError> list();

    Result<std::vector<Record>, StoreError> records();
    // All of it in place of what is there, or nothing.
    Result<void, StoreError> replace_all(const std::vector<Record>& records);

private:
    Store(std::unique_ptr<Backend> backend, Entropy& entropy);
    std::unique_ptr<Backend> backend_;
    Entropy* entropy_;
};

// The accounts file inside a state folder.
std::string accounts_file(const std::string& state_folder);

// What a person typed as an account's name, in the one form that is compared and stored.
std::string id_of(std::string_view typed);

}  // namespace klassenraum::accounts
