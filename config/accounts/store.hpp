// The school accounts in one SQLite file: id, argon2id hash, state, dates and quota, and no column for anything else
// (product.md R7, C21). Owned by the application; used on the pool thread of the server, or by the account command in a
// process of its own (the file allows both at once). An object is not to be shared between threads without a lock.
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

namespace klassenraum::accounts {

enum class State : std::uint8_t { Active, Locked };

struct Account {
    std::string id;  // "amsel-27": lower-case ASCII letters, digits and single dashes, begins with a letter
    State state = State::Active;
    std::int64_t created_s = 0;           // unix seconds
    std::int64_t password_changed_s = 0;  // unix seconds; sessions older than this are void
    std::uint32_t room_quota = 0;
};

enum class StoreError : std::uint8_t {
    Unavailable,  // the file cannot be opened, written or is no account file of this version
    BadId,        // not of the form above
    BadPassword,  // empty or too long
    Exists,       // the id, or one of which this one is the beginning (or the other way round), exists
    Unknown,
    Full,
};
std::string_view german_sentence_of(StoreError error);
std::string_view english_sentence_of(StoreError error);

enum class Verdict : std::uint8_t { Right, Wrong, Locked };  // Locked only after the right password

class Store {
public:
    // Creates the file (0600) when it does not exist.
    static Result<Store, StoreError> open(const std::string& path, Entropy& entropy);
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
    std::vector<Account> list();

private:
    struct Database;
    explicit Store(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

// What a person typed as an account's name, in the one form that is compared and stored.
std::string id_of(std::string_view typed);

}  // namespace klassenraum::accounts
