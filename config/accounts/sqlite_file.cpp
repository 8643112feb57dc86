#include "config/accounts/sqlite_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace klassenraum::accounts {
namespace {

constexpr int kBusyTimeoutMs = 3000;  // a command and the server may write at once
constexpr std::int64_t kSchemaVersion = 1;

// SQLite would create the file by the umask; the WAL takes its rights from it. Made by root in a folder of the
// service's user, it must be that user's.
void create_private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file < 0) return;
    struct stat folder {};
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    const bool known = ::stat(parent.empty() ? "." : parent.c_str(), &folder) == 0;
    if (::geteuid() == 0 && known && ::fchown(file, folder.st_uid, folder.st_gid) != 0) ::unlink(path.c_str());
    ::close(file);
}

}  // namespace

std::unique_ptr<SqliteFile> SqliteFile::open(const std::string& path, const char* schema) {
    create_private_file(path);
    std::unique_ptr<SqliteFile> file(new SqliteFile);
    // NOFOLLOW refuses links anywhere in the path, so the folder is resolved first and only the file itself is not.
    std::error_code ignored;
    const std::filesystem::path given(path);
    const std::filesystem::path folder =
        std::filesystem::canonical(given.has_parent_path() ? given.parent_path() : ".", ignored);
    const std::string resolved = (folder / given.filename()).string();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(resolved.c_str(), &file->handle_, flags, nullptr) != SQLITE_OK) return nullptr;
    return file->prepare(schema) ? std::move(file) : nullptr;
}

SqliteFile::~SqliteFile() {
    sqlite3_close(handle_);
}

bool SqliteFile::run(const char* sql) const {
    return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::int64_t SqliteFile::changes() const {
    return sqlite3_changes(handle_);
}

bool SqliteFile::prepare(const char* schema) const {
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    if (!run("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
             "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;") ||
        !run("BEGIN IMMEDIATE;")) {
        return false;
    }
    std::int64_t version = -1;
    {
        SqliteStatement asked(*this, "PRAGMA user_version;");
        if (asked.row()) version = asked.number(0);
    }
    const bool usable = version == kSchemaVersion || (version == 0 && run(schema) && run("PRAGMA user_version = 1;"));
    return run(usable ? "COMMIT;" : "ROLLBACK;") && usable;
}

SqliteStatement::SqliteStatement(const SqliteFile& file, const char* sql) {
    sqlite3_prepare_v2(file.handle(), sql, -1, &statement_, nullptr);
}

SqliteStatement::~SqliteStatement() {
    sqlite3_finalize(statement_);
}

SqliteStatement& SqliteStatement::bind(int position, std::string_view text) {
    sqlite3_bind_text(statement_, position, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int position, std::int64_t number) {
    sqlite3_bind_int64(statement_, position, number);
    return *this;
}

bool SqliteStatement::row() {
    return statement_ != nullptr && sqlite3_step(statement_) == SQLITE_ROW;
}

bool SqliteStatement::done() {
    return statement_ != nullptr && sqlite3_step(statement_) == SQLITE_DONE;
}

std::string SqliteStatement::text(int column) const {
    const unsigned char* const bytes = sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t SqliteStatement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

}  // namespace klassenraum::accounts
