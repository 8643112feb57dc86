#include "config/accounts/planned_rooms.hpp"

#include <algorithm>
#include <optional>

#include "config/accounts/limits.hpp"
#include "config/accounts/sqlite_file.hpp"
#include "protocol/crypto/base64.hpp"

namespace klassenraum::accounts {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE planned_room ("
    " slug TEXT PRIMARY KEY NOT NULL,"
    " password_digest TEXT NOT NULL,"  // base64
    " policy TEXT NOT NULL,"
    " expires INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;";

class SqlitePlannedRooms final : public PlannedRooms {
public:
    explicit SqlitePlannedRooms(std::unique_ptr<SqliteFile> file) : file_(std::move(file)) {}

    Result<void, StoreError> put(const PlannedRoom& room) override {
        if (room.slug.empty() || room.slug.size() > kMaxSlugText || room.policy.size() > kMaxPolicyText)
            return failure(StoreError::BadId);
        // A newcomer is refused at the bound; a room that is there already may always change.
        SqliteStatement write(*file_,
                              "INSERT INTO planned_room (slug, password_digest, policy, expires)"
                              " SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM planned_room) < ?5"
                              " OR EXISTS (SELECT 1 FROM planned_room WHERE slug = ?1)"
                              " ON CONFLICT (slug) DO UPDATE SET password_digest = ?2, policy = ?3, expires = ?4;");
        write.bind(1, room.slug).bind(2, crypto::base64(room.password_digest)).bind(3, room.policy);
        write.bind(4, room.expires_s).bind(5, static_cast<std::int64_t>(kMaxPlannedRooms));
        TRY(changed, finish(write));
        if (changed == 0) return failure(StoreError::Full);
        return {};
    }

    Result<void, StoreError> remove(std::string_view slug) override {
        SqliteStatement erase(*file_, "DELETE FROM planned_room WHERE slug = ?1;");
        TRY(changed, finish(erase.bind(1, slug)));
        (void)changed;
        return {};
    }

    Result<void, StoreError> remove_expired(WallTime now) override {
        SqliteStatement erase(*file_, "DELETE FROM planned_room WHERE expires <= ?1;");
        TRY(changed, finish(erase.bind(1, now.unix_us / 1'000'000)));
        (void)changed;
        return {};
    }

    std::vector<PlannedRoom> list() override {
        SqliteStatement select(*file_,
                               "SELECT slug, password_digest, policy, expires FROM planned_room ORDER BY slug;");
        std::vector<PlannedRoom> rooms;
        while (rooms.size() < kMaxPlannedRooms && select.row()) {
            PlannedRoom room{.slug = select.text(0), .policy = select.text(2), .expires_s = select.number(3)};
            const auto digest = crypto::from_base64(select.text(1));
            if (!digest || digest->size() != room.password_digest.size()) continue;
            std::copy(digest->begin(), digest->end(), room.password_digest.begin());
            rooms.push_back(std::move(room));
        }
        return rooms;
    }

private:
    Result<std::int64_t, StoreError> finish(SqliteStatement& statement) const {
        if (!statement.done()) return failure(StoreError::Unavailable);
        const std::int64_t changed = file_->changes();
        file_->truncate_log();
        return changed;
    }

    std::unique_ptr<SqliteFile> file_;
};

}  // namespace

Result<std::unique_ptr<PlannedRooms>, StoreError> open_planned_rooms(const std::string& path) {
    std::unique_ptr<SqliteFile> file = SqliteFile::open(path, kSchema);
    if (!file) return failure(StoreError::Unavailable);
    return std::make_unique<SqlitePlannedRooms>(std::move(file));
}

}  // namespace klassenraum::accounts
