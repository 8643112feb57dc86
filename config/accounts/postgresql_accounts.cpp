// School accounts in PostgreSQL, for several servers that share them.
#include "config/accounts/backend.hpp"
#include "config/accounts/limits.hpp"
#include "config/accounts/postgresql.hpp"

namespace klassenraum::accounts {
namespace {

constexpr char kSelectOne[] =
    "SELECT id, state, created, password_changed, room_quota, password_hash FROM account WHERE id = $1;";
constexpr char kSelectAll[] =
    "SELECT id, state, created, password_changed, room_quota, password_hash FROM account ORDER BY id LIMIT $1;";
constexpr char kInsert[] =
    "INSERT INTO account (id, state, created, password_changed, room_quota, password_hash)"
    " VALUES ($1, $2, $3, $4, $5, $6);";

Record record_of(const std::vector<std::string>& row) {
    return {.account = {.id = row[0],
                        .state = state_of(row[1]),
                        .created_s = number_of(row[2]),
                        .password_changed_s = number_of(row[3]),
                        .room_quota = static_cast<std::uint32_t>(number_of(row[4]))},
            .password_hash = row[5]};
}

class PostgresqlAccounts final : public Backend {
public:
    explicit PostgresqlAccounts(std::unique_ptr<Postgresql> database) : database_(std::move(database)) {}

    Result<void, StoreError> insert(const Record& record, const Objection& objection) override {
        std::optional<StoreError> refused;
        const bool done = database_->together([&] {
            // Two commands on two servers must not both find a name free.
            if (!database_->ask("LOCK TABLE account IN EXCLUSIVE MODE;")) return false;
            auto all = records();
            if (!all) return false;
            std::vector<Account> present;
            for (Record& one : *all) present.push_back(std::move(one.account));
            refused = objection(present);
            return !refused && write(record);
        });
        if (refused) return failure(*refused);
        if (!done) return failure(StoreError::Unavailable);
        return {};
    }

    Result<std::optional<Record>, StoreError> record(std::string_view id) override {
        const auto answer = database_->ask(kSelectOne, {std::string(id)});
        if (!answer) return failure(StoreError::Unavailable);
        if (answer->rows.empty()) return std::nullopt;
        return record_of(answer->rows[0]);
    }

    Result<std::vector<Record>, StoreError> records() override {
        const auto answer = database_->ask(kSelectAll, {std::to_string(kMaxAccounts)});
        if (!answer) return failure(StoreError::Unavailable);
        std::vector<Record> records;
        for (const auto& row : answer->rows) records.push_back(record_of(row));
        return records;
    }

    Result<void, StoreError> replace_all(const std::vector<Record>& records) override {
        const bool done = database_->together([&] {
            bool written = database_->ask("DELETE FROM account;").has_value();
            for (const Record& record : records) written = written && write(record);
            return written;
        });
        if (!done) return failure(StoreError::Unavailable);
        return {};
    }

    Result<void, StoreError> set_password(std::string_view id, const std::string& hash, std::int64_t now_s) override {
        return changed(database_->ask("UPDATE account SET password_hash = $2, password_changed = $3 WHERE id = $1;",
                                      {std::string(id), hash, std::to_string(now_s)}));
    }
    Result<void, StoreError> set_state(std::string_view id, State state) override {
        return changed(database_->ask("UPDATE account SET state = $2 WHERE id = $1;",
                                      {std::string(id), std::string(word_of(state))}));
    }
    Result<void, StoreError> erase(std::string_view id) override {
        return changed(database_->ask("DELETE FROM account WHERE id = $1;", {std::string(id)}));
    }

private:
    bool write(const Record& record) {
        const Account& account = record.account;
        return database_
            ->ask(kInsert, {account.id, std::string(word_of(account.state)), std::to_string(account.created_s),
                            std::to_string(account.password_changed_s), std::to_string(account.room_quota),
                            record.password_hash})
            .has_value();
    }
    static Result<void, StoreError> changed(const std::optional<Postgresql::Answer>& answer) {
        if (!answer) return failure(StoreError::Unavailable);
        if (answer->changed == 0) return failure(StoreError::Unknown);
        return {};
    }

    std::unique_ptr<Postgresql> database_;
};

}  // namespace

Result<std::unique_ptr<Backend>, StoreError> open_postgresql_accounts(const std::string& connection,
                                                                      const std::string& password) {
    auto database = Postgresql::open(connection, password);
    if (!database) return failure(StoreError::Unavailable);
    return std::make_unique<PostgresqlAccounts>(std::move(database));
}

}  // namespace klassenraum::accounts
