#include "config/accounts/store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "config/accounts/limits.hpp"
#include "config/accounts/password_hash.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {
namespace {

constexpr int kSchemaVersion = 1;
constexpr int kBusyTimeoutMs = 3000;  // the account command and the server may write at once
constexpr char kSchema[] =
    "CREATE TABLE account ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " password_hash TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('active', 'locked')),"
    " created INTEGER NOT NULL,"
    " password_changed INTEGER NOT NULL,"
    " room_quota INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

// One prepared statement, bound by position and stepped; finalised with the object.
class Statement {
public:
    Statement(sqlite3* database, const char* sql) { sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr); }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int position, std::string_view text) {
        sqlite3_bind_text(statement_, position, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
        return *this;
    }
    Statement& bind(int position, std::int64_t number) {
        sqlite3_bind_int64(statement_, position, number);
        return *this;
    }
    bool row() { return statement_ != nullptr && sqlite3_step(statement_) == SQLITE_ROW; }
    bool done() { return statement_ != nullptr && sqlite3_step(statement_) == SQLITE_DONE; }
    std::string text(int column) const {
        const unsigned char* const bytes = sqlite3_column_text(statement_, column);
        if (bytes == nullptr) return {};
        return {reinterpret_cast<const char*>(bytes),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

private:
    sqlite3_stmt* statement_ = nullptr;
};

bool is_well_formed(std::string_view id) {
    if (id.empty() || id.size() > kMaxIdLength || id.front() < 'a' || id.front() > 'z' || id.back() == '-')
        return false;
    return id.find("--") == std::string_view::npos && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

// Rooms belong to the account whose id and a dash they begin with, so "amsel" would own the rooms of "amsel-27".
bool overlap(std::string_view one, std::string_view other) {
    const auto begins = [](std::string_view text, std::string_view start) {
        return text.size() > start.size() && text.starts_with(start) && text[start.size()] == '-';
    };
    return one == other || begins(one, other) || begins(other, one);
}

Account account_of(const Statement& row) {
    return {.id = row.text(0),
            .state = row.text(1) == "active" ? State::Active : State::Locked,
            .created_s = row.number(2),
            .password_changed_s = row.number(3),
            .room_quota = static_cast<std::uint32_t>(row.number(4))};
}
constexpr char kSelect[] = "SELECT id, state, created, password_changed, room_quota FROM account";

// SQLite would create the file by the umask; the WAL takes its rights from it. Made by root in a folder of the
// service's user, it must be that user's.
void create_private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return;
    struct stat folder {};
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    const bool known = ::stat(parent.empty() ? "." : parent.c_str(), &folder) == 0;
    if (::geteuid() == 0 && known && ::fchown(file, folder.st_uid, folder.st_gid) != 0) ::unlink(path.c_str());
    ::close(file);
}

}  // namespace

struct Store::Database {
    sqlite3* handle = nullptr;
    Entropy* entropy = nullptr;

    ~Database() {
        if (handle != nullptr) sqlite3_close(handle);
    }
    bool run(const char* sql) const { return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }
    // decisions.md 14: what was deleted does not live on in the log beside the file.
    void truncate_log() const { run("PRAGMA wal_checkpoint(TRUNCATE);"); }

    bool prepare() const {
        sqlite3_busy_timeout(handle, kBusyTimeoutMs);
        sqlite3_extended_result_codes(handle, 1);
        if (!run("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
                 "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")) {
            return false;
        }
        if (!run("BEGIN IMMEDIATE;")) return false;
        const std::int64_t version = schema_version();
        const bool usable = version == kSchemaVersion || (version == 0 && run(kSchema));
        return run(usable ? "COMMIT;" : "ROLLBACK;") && usable;
    }
    std::int64_t schema_version() const {
        Statement version(handle, "PRAGMA user_version;");
        return version.row() ? version.number(0) : -1;
    }
    Result<void, StoreError> changed(Statement& statement) const {
        if (!statement.done()) return failure(StoreError::Unavailable);
        const bool found = sqlite3_changes(handle) == 1;
        truncate_log();
        if (!found) return failure(StoreError::Unknown);
        return {};
    }
};

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store, StoreError> Store::open(const std::string& path, Entropy& entropy) {
    create_private_file(path);
    auto database = std::make_unique<Database>();
    database->entropy = &entropy;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
    // NOFOLLOW refuses links anywhere in the path, so the folder is resolved first and only the file itself is not.
    std::error_code ignored;
    const std::filesystem::path given(path);
    const std::filesystem::path folder =
        std::filesystem::canonical(given.has_parent_path() ? given.parent_path() : ".", ignored);
    const std::string resolved = (folder / given.filename()).string();
    if (sqlite3_open_v2(resolved.c_str(), &database->handle, flags, nullptr) != SQLITE_OK || !database->prepare()) {
        return failure(StoreError::Unavailable);
    }
    return Store(std::move(database));
}

Result<Account, StoreError> Store::create(std::string_view id, std::string_view password, WallTime now) {
    if (!is_well_formed(id)) return failure(StoreError::BadId);
    if (password.empty() || password.size() > kMaxPasswordLength) return failure(StoreError::BadPassword);
    const std::string hash = hash_password(password, *database_->entropy);
    if (hash.empty() || !database_->run("BEGIN IMMEDIATE;")) return failure(StoreError::Unavailable);

    const Account account{.id = std::string(id),
                          .created_s = now.unix_us / 1'000'000,
                          .password_changed_s = now.unix_us / 1'000'000,
                          .room_quota = kDefaultRoomQuota};
    const std::vector<Account> present = list();
    const bool taken =
        std::any_of(present.begin(), present.end(), [id](const Account& other) { return overlap(id, other.id); });
    if (taken || present.size() >= kMaxAccounts) {
        database_->run("ROLLBACK;");
        return failure(taken ? StoreError::Exists : StoreError::Full);
    }
    Statement insert(database_->handle,
                     "INSERT INTO account (id, password_hash, state, created, password_changed, room_quota)"
                     " VALUES (?1, ?2, 'active', ?3, ?3, ?4);");
    insert.bind(1, account.id).bind(2, hash).bind(3, account.created_s).bind(4, account.room_quota);
    if (!insert.done() || !database_->run("COMMIT;")) {
        database_->run("ROLLBACK;");
        return failure(StoreError::Unavailable);
    }
    database_->truncate_log();
    return account;
}

Verdict Store::verify(std::string_view account, std::string_view password) {
    std::string hash = unmatchable_hash();
    bool active = false;
    {
        Statement select(database_->handle, "SELECT password_hash, state FROM account WHERE id = ?1;");
        if (select.bind(1, id_of(account)).row()) {
            hash = select.text(0);
            active = select.text(1) == "active";
        }
    }
    if (!password_matches(password.substr(0, kMaxPasswordLength + 1), hash)) return Verdict::Wrong;
    return active ? Verdict::Right : Verdict::Locked;
}

Result<void, StoreError> Store::reset(std::string_view id, std::string_view password, WallTime now) {
    if (password.empty() || password.size() > kMaxPasswordLength) return failure(StoreError::BadPassword);
    if (!find(id)) return failure(StoreError::Unknown);
    const std::string hash = hash_password(password, *database_->entropy);
    if (hash.empty()) return failure(StoreError::Unavailable);
    Statement update(database_->handle, "UPDATE account SET password_hash = ?2, password_changed = ?3 WHERE id = ?1;");
    update.bind(1, id).bind(2, hash).bind(3, now.unix_us / 1'000'000);
    return database_->changed(update);
}

Result<void, StoreError> Store::lock(std::string_view id) {
    Statement update(database_->handle, "UPDATE account SET state = 'locked' WHERE id = ?1;");
    return database_->changed(update.bind(1, id));
}

Result<void, StoreError> Store::unlock(std::string_view id) {
    Statement update(database_->handle, "UPDATE account SET state = 'active' WHERE id = ?1;");
    return database_->changed(update.bind(1, id));
}

Result<void, StoreError> Store::remove(std::string_view id) {
    Statement erase(database_->handle, "DELETE FROM account WHERE id = ?1;");
    return database_->changed(erase.bind(1, id));
}

std::optional<Account> Store::find(std::string_view id) {
    Statement select(database_->handle, (std::string(kSelect) + " WHERE id = ?1;").c_str());
    if (!select.bind(1, id).row()) return std::nullopt;
    return account_of(select);
}

std::vector<Account> Store::list() {
    Statement select(database_->handle, (std::string(kSelect) + " ORDER BY id;").c_str());
    std::vector<Account> accounts;
    while (accounts.size() <= kMaxAccounts && select.row()) accounts.push_back(account_of(select));
    return accounts;
}

std::string id_of(std::string_view typed) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!typed.empty() && is_space(typed.front())) typed.remove_prefix(1);
    while (!typed.empty() && is_space(typed.back())) typed.remove_suffix(1);
    std::string id;
    for (const char c : typed.substr(0, kMaxIdLength + 1)) {
        if (c >= 'A' && c <= 'Z') {
            id += static_cast<char>(c - 'A' + 'a');
        } else {
            id += is_space(c) || c == '_' ? '-' : c;
        }
    }
    return id;
}

}  // namespace klassenraum::accounts
