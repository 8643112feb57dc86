#include "config/accounts/postgresql.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>

namespace klassenraum::accounts {
namespace {

constexpr char kSchemaVersion[] = "1";
// Two servers of a fleet that start together make the tables one after the other.
constexpr char kOneAtATime[] = "SELECT pg_advisory_xact_lock(7020097);";
constexpr std::array<const char*, 3> kTables{
    "CREATE TABLE IF NOT EXISTS klassenraum_schema (version integer NOT NULL);",
    "CREATE TABLE IF NOT EXISTS account ("
    " id text PRIMARY KEY COLLATE \"C\","
    " password_hash text NOT NULL,"
    " state text NOT NULL CHECK (state IN ('active', 'locked')),"
    " created bigint NOT NULL,"
    " password_changed bigint NOT NULL,"
    " room_quota integer NOT NULL);",
    "CREATE TABLE IF NOT EXISTS planned_room ("
    " slug text PRIMARY KEY COLLATE \"C\","
    " password_digest text NOT NULL,"  // base64
    " policy text NOT NULL,"
    " expires bigint NOT NULL);",
};

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

}  // namespace

std::unique_ptr<Postgresql> Postgresql::open(const std::string& connection, const std::string& password) {
    std::unique_ptr<Postgresql> database(new Postgresql);
    // What the connection says wins over what stands before it. A database that hangs must not hang logins for minutes.
    std::vector<const char*> names{"connect_timeout",           "tcp_user_timeout",     "options",
                                   "fallback_application_name", "target_session_attrs", "dbname"};
    std::vector<const char*> values{"3",           "5000",       "-c statement_timeout=4000 -c lock_timeout=4000",
                                    "klassenraum", "read-write", connection.c_str()};
    if (!password.empty()) {
        names.push_back("password");
        values.push_back(password.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    database->connection_ = PQconnectdbParams(names.data(), values.data(), 1);
    // The library's talk would name addresses and users.
    PQsetNoticeProcessor(
        database->connection_, [](void*, const char*) {}, nullptr);
    if (PQstatus(database->connection_) != CONNECTION_OK || !database->make_tables()) return nullptr;
    return database;
}

Postgresql::~Postgresql() {
    PQfinish(connection_);
}

bool Postgresql::make_tables() {
    // Who may not make tables may use those that are there.
    const auto version = [this] { return ask("SELECT version FROM klassenraum_schema;"); };
    if (const auto known = version(); known && known->rows.size() == 1) return known->rows[0][0] == kSchemaVersion;
    return together([&] {
        if (!ask(kOneAtATime)) return false;
        for (const char* const table : kTables) {
            if (!ask(table)) return false;
        }
        const auto made = version();
        if (!made) return false;
        if (!made->rows.empty()) return made->rows[0][0] == kSchemaVersion;
        return ask("INSERT INTO klassenraum_schema (version) VALUES ($1::integer);", {kSchemaVersion}).has_value();
    });
}

std::optional<Postgresql::Answer> Postgresql::ask(const char* statement,
                                                  std::initializer_list<std::string> parameters) {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    auto answer = ask_once(statement, values);
    // Every statement outside a transaction may be said twice; those inside are lost with it.
    if (!answer && !in_transaction_ && PQstatus(connection_) == CONNECTION_BAD) {
        PQreset(connection_);
        answer = ask_once(statement, values);
    }
    return answer;
}

std::optional<Postgresql::Answer> Postgresql::ask_once(const char* statement, const std::vector<const char*>& values) {
    const ResultPtr result(PQexecParams(connection_, statement, static_cast<int>(values.size()), nullptr, values.data(),
                                        nullptr, nullptr, 0));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return std::nullopt;
    Answer answer{.rows = {}, .changed = number_of(PQcmdTuples(result.get()))};
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        std::vector<std::string>& cells = answer.rows.emplace_back();
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            cells.emplace_back(PQgetvalue(result.get(), row, column),
                               static_cast<std::size_t>(PQgetlength(result.get(), row, column)));
        }
    }
    return answer;
}

bool Postgresql::together(const std::function<bool()>& work) {
    if (!ask("BEGIN;")) return false;
    in_transaction_ = true;
    const bool done = work() && ask("COMMIT;").has_value();
    if (!done) ask("ROLLBACK;");
    in_transaction_ = false;
    return done;
}

std::int64_t number_of(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace klassenraum::accounts
