#include "config/accounts/planned_rooms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "config/accounts/limits.hpp"

namespace klassenraum::accounts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PlannedRoomsFile : public testing::Test {
protected:
    PlannedRoomsFile() {
        char name[] = "/tmp/klassenraum-planned-XXXXXX";
        folder_ = ::mkdtemp(name);
        rooms_ = open();
    }
    ~PlannedRoomsFile() override { std::filesystem::remove_all(folder_); }
    std::string file() const { return folder_ + "/rooms.sqlite"; }
    std::unique_ptr<PlannedRooms> open() const {
        auto rooms = open_planned_rooms(file());
        EXPECT_TRUE(rooms.has_value());
        return std::move(*rooms);
    }
    std::vector<std::string> slugs() {
        std::vector<std::string> found;
        for (const PlannedRoom& room : rooms_->list()) found.push_back(room.slug);
        return found;
    }
    static PlannedRoom room(const std::string& slug, std::uint8_t digit = 7, std::int64_t expires_s = 1000) {
        PlannedRoom planned{.slug = slug, .policy = "v1 lobby=1", .expires_s = expires_s};
        planned.password_digest.fill(digit);
        return planned;
    }

    std::string folder_;
    std::unique_ptr<PlannedRooms> rooms_;
};

TEST_F(PlannedRoomsFile, KeepsARoomOverARestart) {
    ASSERT_TRUE(rooms_->put(room("amsel-27-mathe-7b-k3fq", 9)).has_value());
    rooms_ = open();
    const auto found = rooms_->list();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].slug, "amsel-27-mathe-7b-k3fq");
    EXPECT_EQ(found[0].password_digest, room("", 9).password_digest);
    EXPECT_EQ(found[0].policy, "v1 lobby=1");
    EXPECT_EQ(found[0].expires_s, 1000);
}

TEST_F(PlannedRoomsFile, ReplacesARoomOfTheSameName) {
    ASSERT_TRUE(rooms_->put(room("amsel-27-a", 1)).has_value());
    ASSERT_TRUE(rooms_->put(room("amsel-27-a", 2)).has_value());
    ASSERT_EQ(rooms_->list().size(), 1U);
    EXPECT_EQ(rooms_->list()[0].password_digest[0], 2);
}

TEST_F(PlannedRoomsFile, ForgetsRoomsThatEndedOrExpired) {
    for (const auto* slug : {"amsel-27-a", "amsel-27-b", "amsel-27-c"}) {
        ASSERT_TRUE(rooms_->put(room(slug, 1, slug[9] == 'b' ? 500 : 1000)).has_value());
    }
    EXPECT_TRUE(rooms_->remove("amsel-27-a").has_value());
    EXPECT_TRUE(rooms_->remove("amsel-27-never").has_value());
    EXPECT_TRUE(rooms_->remove_expired(WallTime{500 * 1'000'000LL}).has_value());
    EXPECT_THAT(slugs(), ElementsAre("amsel-27-c"));
}

TEST_F(PlannedRoomsFile, RefusesNewcomersWhenFullAndStillChangesThePresent) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    const std::string fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                             std::to_string(kMaxPlannedRooms) +
                             ") INSERT INTO planned_room SELECT 'amsel-27-' || i, '', '', 1 FROM n;";
    ASSERT_EQ(sqlite3_exec(database, fill.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    EXPECT_EQ(rooms_->put(room("amsel-27-new")).error(), StoreError::Full);
    EXPECT_TRUE(rooms_->put(room("amsel-27-1")).has_value());
    EXPECT_THAT(slugs(), ElementsAre("amsel-27-1"));  // the others' hashes are damaged
}

TEST_F(PlannedRoomsFile, HasNoColumnForAnythingElse) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    std::vector<std::string> columns;
    sqlite3_exec(
        database, "SELECT name FROM pragma_table_info('planned_room');",
        [](void* out, int, char** values, char**) {
            static_cast<std::vector<std::string>*>(out)->emplace_back(values[0]);
            return 0;
        },
        &columns, nullptr);
    sqlite3_close(database);
    EXPECT_THAT(columns, ElementsAre("slug", "password_digest", "policy", "expires"));
}

TEST_F(PlannedRoomsFile, IsForTheServiceAlone) {
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(open_planned_rooms("/nowhere/rooms.sqlite").error(), StoreError::Unavailable);
}

}  // namespace
}  // namespace klassenraum::accounts
