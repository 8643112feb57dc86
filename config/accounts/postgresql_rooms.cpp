// Planned rooms in PostgreSQL, for several servers that share them.
#include <algorithm>

#include "config/accounts/limits.hpp"
#include "config/accounts/planned_rooms.hpp"
#include "config/accounts/postgresql.hpp"
#include "protocol/crypto/base64.hpp"

namespace klassenraum::accounts {
namespace {

// A newcomer is refused at the bound; a room that is there already may always change.
constexpr char kPut[] =
    "INSERT INTO planned_room (slug, password_digest, policy, expires)"
    " SELECT $1, $2, $3, $4::bigint WHERE (SELECT count(*) FROM planned_room) < $5::bigint"
    " OR EXISTS (SELECT 1 FROM planned_room WHERE slug = $1)"
    " ON CONFLICT (slug) DO UPDATE SET password_digest = excluded.password_digest, policy = excluded.policy,"
    " expires = excluded.expires;";

class PostgresqlRooms final : public PlannedRooms {
public:
    explicit PostgresqlRooms(std::unique_ptr<Postgresql> database) : database_(std::move(database)) {}

    Result<void, StoreError> put(const PlannedRoom& room) override {
        if (room.slug.empty() || room.slug.size() > kMaxSlugText || room.policy.size() > kMaxPolicyText)
            return failure(StoreError::BadId);
        const auto done = database_->ask(kPut, {room.slug, crypto::base64(room.password_digest), room.policy,
                                                std::to_string(room.expires_s), std::to_string(kMaxPlannedRooms)});
        if (!done) return failure(StoreError::Unavailable);
        if (done->changed == 0) return failure(StoreError::Full);
        return {};
    }

    Result<void, StoreError> remove(std::string_view slug) override {
        return done(database_->ask("DELETE FROM planned_room WHERE slug = $1;", {std::string(slug)}));
    }

    Result<void, StoreError> remove_expired(WallTime now) override {
        return done(database_->ask("DELETE FROM planned_room WHERE expires <= $1::bigint;",
                                   {std::to_string(now.unix_us / 1'000'000)}));
    }

    std::vector<PlannedRoom> list() override {
        std::vector<PlannedRoom> rooms;
        const auto answer = database_->ask(
            "SELECT slug, password_digest, policy, expires FROM planned_room ORDER BY slug LIMIT $1::bigint;",
            {std::to_string(kMaxPlannedRooms)});
        if (!answer) return rooms;
        for (const auto& row : answer->rows) {
            if (auto room = room_of(row)) rooms.push_back(std::move(*room));
        }
        return rooms;
    }

    bool is_shared() const override { return true; }

    Result<std::optional<PlannedRoom>, StoreError> find(std::string_view slug) override {
        const auto answer = database_->ask(
            "SELECT slug, password_digest, policy, expires FROM planned_room WHERE slug = $1;", {std::string(slug)});
        if (!answer) return failure(StoreError::Unavailable);
        if (answer->rows.empty()) return std::nullopt;
        return room_of(answer->rows[0]);
    }

private:
    static std::optional<PlannedRoom> room_of(const std::vector<std::string>& row) {
        PlannedRoom room{.slug = row[0], .policy = row[2], .expires_s = number_of(row[3])};
        const auto digest = crypto::from_base64(row[1]);
        if (!digest || digest->size() != room.password_digest.size()) return std::nullopt;
        std::copy(digest->begin(), digest->end(), room.password_digest.begin());
        return room;
    }
    static Result<void, StoreError> done(const std::optional<Postgresql::Answer>& answer) {
        if (!answer) return failure(StoreError::Unavailable);
        return {};
    }

    std::unique_ptr<Postgresql> database_;
};

}  // namespace

Result<std::unique_ptr<PlannedRooms>, StoreError> open_postgresql_rooms(const std::string& connection,
                                                                        const std::string& password) {
    auto database = Postgresql::open(connection, password);
    if (!database) return failure(StoreError::Unavailable);
    return std::make_unique<PostgresqlRooms>(std::move(database));
}

}  // namespace klassenraum::accounts
