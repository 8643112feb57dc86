// A SQLite file of the state folder as this server keeps them: made for its owner alone, what is deleted is
// overwritten, and the log beside the file is emptied after each change (decisions.md 14). Statements are bound by
// position.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace klassenraum::accounts {

class SqliteFile {
public:
    // Makes the file (0600) when it does not exist, with `schema` as version 1 of it. Null: cannot be used, or is of
    // another version.
    static std::unique_ptr<SqliteFile> open(const std::string& path, const char* schema);
    ~SqliteFile();
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    sqlite3* handle() const { return handle_; }
    bool run(const char* sql) const;
    std::int64_t changes() const;  // rows that the last statement changed
    void truncate_log() const { run("PRAGMA wal_checkpoint(TRUNCATE);"); }

private:
    SqliteFile() = default;
    bool prepare(const char* schema) const;
    sqlite3* handle_ = nullptr;
};

// One prepared statement, stepped; finalised with the object.
class SqliteStatement {
public:
    SqliteStatement(const SqliteFile& file, const char* sql);
    ~SqliteStatement();
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    SqliteStatement& bind(int position, std::string_view text);
    SqliteStatement& bind(int position, std::int64_t number);
    bool row();
    bool done();
    std::string text(int column) const;
    std::int64_t number(int column) const;

private:
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace klassenraum::accounts
