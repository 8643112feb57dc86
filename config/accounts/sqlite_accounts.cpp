// School accounts in one SQLite file.
#include "config/accounts/backend.hpp"
#include "config/accounts/limits.hpp"
#include "config/accounts/sqlite_file.hpp"

namespace klassenraum::accounts {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE account ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " password_hash TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('active', 'locked')),"
    " created INTEGER NOT NULL,"
    " password_changed INTEGER NOT NULL,"
    " room_quota INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;";
constexpr char kSelect[] = "SELECT id, state, created, password_changed, room_quota, password_hash FROM account";
constexpr char kInsert[] =
    "INSERT INTO account (id, state, created, password_changed, room_quota, password_hash)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6);";

Record record_of(const SqliteStatement& row) {
    return {.account = {.id = row.text(0),
                        .state = state_of(row.text(1)),
                        .created_s = row.number(2),
                        .password_changed_s = row.number(3),
                        .room_quota = static_cast<std::uint32_t>(row.number(4))},
            .password_hash = row.text(5)};
}

class SqliteAccounts final : public Backend {
public:
    explicit SqliteAccounts(std::unique_ptr<SqliteFile> file) : file_(std::move(file)) {}

    Result<void, StoreError> insert(const Record& record, const Objection& objection) override {
        if (!file_->run("BEGIN IMMEDIATE;")) return failure(StoreError::Unavailable);
        std::vector<Account> present;
        for (Record& one : all()) present.push_back(std::move(one.account));
        if (const auto refused = objection(present)) {
            file_->run("ROLLBACK;");
            return failure(*refused);
        }
        return end(write(record));
    }

    Result<std::optional<Record>, StoreError> record(std::string_view id) override {
        SqliteStatement select(*file_, (std::string(kSelect) + " WHERE id = ?1;").c_str());
        if (!select.bind(1, id).row()) return std::nullopt;
        return record_of(select);
    }

    Result<std::vector<Record>, StoreError> records() override { return all(); }

    Result<void, StoreError> replace_all(const std::vector<Record>& records) override {
        if (!file_->run("BEGIN IMMEDIATE;")) return failure(StoreError::Unavailable);
        bool written = file_->run("DELETE FROM account;");
        for (const Record& record : records) written = written && write(record);
        return end(written);
    }

    Result<void, StoreError> set_password(std::string_view id, const std::string& hash, std::int64_t now_s) override {
        SqliteStatement update(*file_, "UPDATE account SET password_hash = ?2, password_changed = ?3 WHERE id = ?1;");
        return changed(update.bind(1, id).bind(2, hash).bind(3, now_s));
    }

    Result<void, StoreError> set_state(std::string_view id, State state) override {
        SqliteStatement update(*file_, "UPDATE account SET state = ?2 WHERE id = ?1;");
        return changed(update.bind(1, id).bind(2, word_of(state)));
    }

    Result<void, StoreError> erase(std::string_view id) override {
        SqliteStatement erase(*file_, "DELETE FROM account WHERE id = ?1;");
        return changed(erase.bind(1, id));
    }

private:
    std::vector<Record> all() {
        SqliteStatement select(*file_, (std::string(kSelect) + " ORDER BY id;").c_str());
        std::vector<Record> records;
        while (records.size() < kMaxAccounts && select.row()) records.push_back(record_of(select));
        return records;
    }
    bool write(const Record& record) {
        const Account& account = record.account;
        SqliteStatement insert(*file_, kInsert);
        insert.bind(1, account.id).bind(2, word_of(account.state)).bind(3, account.created_s);
        insert.bind(4, account.password_changed_s).bind(5, std::int64_t{account.room_quota});
        return insert.bind(6, record.password_hash).done();
    }
    Result<void, StoreError> end(bool written) {
        if (!written || !file_->run("COMMIT;")) {
            file_->run("ROLLBACK;");
            return failure(StoreError::Unavailable);
        }
        file_->truncate_log();
        return {};
    }
    Result<void, StoreError> changed(SqliteStatement& statement) {
        if (!statement.done()) return failure(StoreError::Unavailable);
        const bool found = file_->changes() == 1;
        file_->truncate_log();
        if (!found) return failure(StoreError::Unknown);
        return {};
    }

    std::unique_ptr<SqliteFile> file_;
};

}  // namespace

Result<std::unique_ptr<Backend>, StoreError> open_sqlite_accounts(const std::string& path) {
    auto file = SqliteFile::open(path, kSchema);
    if (!file) return failure(StoreError::Unavailable);
    return std::make_unique<SqliteAccounts>(std::move(file));
}

}  // namespace klassenraum::accounts
