// Rooms that were planned or are open, so that a restart of the server does not lose them: slug, keyed password hash,
// policy and expiry, and no field for anything else (product.md R7). The key is in the state folder, not in the store.
// Owned by the application; used on the pool thread after start, never by two threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/accounts/store.hpp"
#include "protocol/core/result.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::config {
struct Settings;
}

namespace klassenraum::accounts {

struct PlannedRoom {
    std::string slug;  // lower-case ASCII, begins with the owning account's id and a dash
    std::array<std::uint8_t, 32> password_digest{};
    std::string policy;          // closed words and numbers, at most kMaxPolicyText
    std::int64_t expires_s = 0;  // unix seconds
    bool operator==(const PlannedRoom&) const = default;
};

// Begins the slug of what is no room, but a password that a room of the past had and that stays void for a while.
inline constexpr std::string_view kVoidPassword = "ended-";

class PlannedRooms {
public:
    virtual ~PlannedRooms() = default;

    // Writes it in place of an older one of the same slug. Full: at kMaxPlannedRooms.
    virtual Result<void, StoreError> put(const PlannedRoom& room) = 0;
    // It is no mistake when there is none.
    virtual Result<void, StoreError> remove(std::string_view slug) = 0;
    virtual Result<void, StoreError> remove_expired(WallTime now) = 0;
    // By slug; what is damaged is left out.
    virtual std::vector<PlannedRoom> list() = 0;

    // Whether other servers write here too; only then is it worth asking for one room.
    virtual bool is_shared() const { return false; }
    virtual Result<std::optional<PlannedRoom>, StoreError> find(std::string_view) {
        return failure(StoreError::Unavailable);
    }
};

// In a SQLite file of its own, made (0600) when it does not exist.
Result<std::unique_ptr<PlannedRooms>, StoreError> open_planned_rooms(const std::string& path);
// In PostgreSQL; `connection` as libpq reads it.
Result<std::unique_ptr<PlannedRooms>, StoreError> open_postgresql_rooms(const std::string& connection,
                                                                        const std::string& password);
// Where the settings say: accounts.database, else a file of the state folder.
Result<std::unique_ptr<PlannedRooms>, StoreError> open_planned_rooms(const config::Settings& settings);
std::string rooms_file(const std::string& state_folder);

}  // namespace klassenraum::accounts
