// Writes what outlives a restart about rooms (product.md R7) and brings it back at the next start. The newest note
// about a room wins; writing is the pool's work, and what could not be written is tried again. Owned by the
// Switchboard, lives on the front thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/accounts/planned_rooms.hpp"
#include "protocol/focus/limits.hpp"
#include "protocol/focus/room_record.hpp"
#include "server/worker/pool.hpp"

namespace klassenraum::app {

// Passwords of rooms that ended, which stay void over a restart. However many rooms are ended, they leave places for
// those that are planned.
inline constexpr std::size_t kMaxVoidPasswords = focus::kMaxFormerPasswords;

class RoomKeeper {
public:
    using OnFront = std::function<void(std::function<void()>)>;

    RoomKeeper(std::unique_ptr<accounts::PlannedRooms> rooms, OnFront on_front);
    ~RoomKeeper();  // writes what is left; the pool is gone by then
    RoomKeeper(const RoomKeeper&) = delete;
    RoomKeeper& operator=(const RoomKeeper&) = delete;

    using FindAccount = std::function<std::optional<accounts::Account>(std::string_view id)>;
    // Before the pool has any work. Rooms that expired, whose account is locked, or that cannot be read are removed;
    // one whose account is not found stays closed until it expires.
    std::vector<focus::RestoreRoom> restore(const FindAccount& find, WallTime now);

    void note(focus::RoomNote note, worker::Pool& pool);
    // Once all notes so far are on disk, or could not be written: nobody is told of a password that a crash would undo.
    void after_writing(std::function<void()> call);
    // Where several servers share the rooms: what another one wrote about this room comes to `done`, as a record that
    // has expired when it is gone; nothing when it is as this server knows it, is being written here, or nobody else
    // writes.
    using OnLook = std::function<void(std::optional<focus::RestoreRoom>)>;
    void look(const std::string& slug, const FindAccount& find, worker::Pool& pool, OnLook done);
    bool is_shared() const { return rooms_->is_shared(); }

    // Tries again what could not be written.
    void retry(worker::Pool& pool);

private:
    using Wishes = std::map<std::string, std::optional<accounts::PlannedRoom>>;  // nothing: to be removed
    struct Batch {
        Wishes wishes;  // those that are left
        std::vector<std::function<void()>> waiting;
        bool done = false;
    };
    void keep_void(const focus::RoomRecord& record);
    void write(Batch& batch) const;
    void begin(worker::Pool& pool);
    bool is_writing(const std::string& slug) const;
    std::optional<focus::RestoreRoom> news_of(const std::string& slug,
                                              const std::optional<accounts::PlannedRoom>& found,
                                              const FindAccount& find);

    std::unique_ptr<accounts::PlannedRooms> rooms_;  // used by the pool while a batch is with it
    OnFront on_front_;
    Wishes wishes_;
    std::map<std::string, accounts::PlannedRoom> latest_;  // as written or read here, of rooms that others share
    std::deque<std::string> void_;                         // names of the void passwords that are stored
    std::vector<std::function<void()>> waiting_;           // for what is in wishes_
    std::shared_ptr<Batch> with_pool_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// One line of closed words and numbers, and back; nothing when it is not one that this program wrote.
std::string text_of(const muc::RoomPolicy& policy);
std::optional<muc::RoomPolicy> parse_policy(std::string_view text);

}  // namespace klassenraum::app
