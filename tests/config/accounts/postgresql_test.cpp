// Against a real cluster: tests/config/accounts/servers_test.py starts one and names it in KLASSENRAUM_TEST_DATABASE.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/accounts/backend.hpp"
#include "config/accounts/planned_rooms.hpp"
#include "config/accounts/postgresql.hpp"
#include "config/accounts/store.hpp"
#include "config/settings.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr WallTime kMonday{1'780'000'000'000'000};
constexpr WallTime kTuesday{1'780'086'400'000'000};

class PostgresqlPlaces : public testing::Test {
protected:
    void SetUp() override {
        const char* const database = std::getenv("KLASSENRAUM_TEST_DATABASE");
        if (database == nullptr) GTEST_SKIP() << "servers_test.py starts the database";
        settings_.accounts.store = config::AccountStore::Postgresql;
        settings_.accounts.database = database;
        auto connection = Postgresql::open(database, "");
        ASSERT_NE(connection, nullptr);
        ASSERT_TRUE(connection->ask("DELETE FROM account;"));
        ASSERT_TRUE(connection->ask("DELETE FROM planned_room;"));
    }
    Store open() { return std::move(*Store::open(settings_, entropy_)); }

    config::Settings settings_;
    SeededEntropy entropy_{1};
};

TEST_F(PostgresqlPlaces, KeepsAccountsForEveryServerThatAsks) {
    Store one = open();
    Store other = open();
    ASSERT_TRUE(one.create("amsel-27", "wolke-igel-42", kMonday));
    EXPECT_EQ(other.verify("Amsel 27", "wolke-igel-42"), Verdict::Right);
    EXPECT_EQ(other.verify("amsel-27", "wolke-igel-43"), Verdict::Wrong);
    EXPECT_EQ(other.verify("amsel-28", "wolke-igel-42"), Verdict::Wrong);
    ASSERT_TRUE(other.lock("amsel-27"));
    EXPECT_EQ(one.verify("amsel-27", "wolke-igel-42"), Verdict::Locked);
    ASSERT_TRUE(other.unlock("amsel-27"));
    ASSERT_TRUE(other.reset("amsel-27", "neues-wort-7", kTuesday));
    EXPECT_EQ(one.verify("amsel-27", "neues-wort-7"), Verdict::Right);
    EXPECT_EQ(one.find("amsel-27")->password_changed_s, kTuesday.unix_us / 1'000'000);
    ASSERT_TRUE(other.remove("amsel-27"));
    EXPECT_THAT(*one.list(), IsEmpty());
    EXPECT_EQ(one.remove("amsel-27").error(), StoreError::Unknown);
}

TEST_F(PostgresqlPlaces, RefusesNamesOfWhichOneIsTheBeginningOfTheOther) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday));
    EXPECT_EQ(store.create("amsel", "wolke-igel-42", kMonday).error(), StoreError::Exists);
    EXPECT_EQ(store.create("amsel-27-b", "wolke-igel-42", kMonday).error(), StoreError::Exists);
    EXPECT_EQ(store.create("amsel'; DROP TABLE account; --", "x", kMonday).error(), StoreError::BadId);
    EXPECT_THAT(*store.list(), SizeIs(1));
}

TEST_F(PostgresqlPlaces, TakesAllRecordsOfABackupOrNone) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday));
    std::vector<Record> records = *store.records();
    ASSERT_THAT(records, SizeIs(1));
    records.push_back(records.front());  // the same id twice cannot be
    EXPECT_FALSE(store.replace_all(records));
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
    records.back().account.id = "meise-3";
    EXPECT_TRUE(store.replace_all(records));
    EXPECT_EQ(store.verify("meise-3", "wolke-igel-42"), Verdict::Right);
}

TEST_F(PostgresqlPlaces, DialsAgainWhenTheDatabaseWasRestarted) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday));
    auto killer = Postgresql::open(settings_.accounts.database, "");
    ASSERT_TRUE(killer->ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE application_name = 'klassenraum' AND pid <> pg_backend_pid();"));
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
}

TEST_F(PostgresqlPlaces, RefusesTablesOfAnotherVersion) {
    auto connection = Postgresql::open(settings_.accounts.database, "");
    ASSERT_TRUE(connection->ask("UPDATE klassenraum_schema SET version = 2;"));
    EXPECT_EQ(Store::open(settings_, entropy_).error(), StoreError::Unavailable);
    ASSERT_TRUE(connection->ask("UPDATE klassenraum_schema SET version = 1;"));
    EXPECT_TRUE(Store::open(settings_, entropy_));
}

TEST_F(PostgresqlPlaces, KeepsPlannedRooms) {
    auto one = std::move(*open_planned_rooms(settings_));
    auto other = std::move(*open_planned_rooms(settings_));
    PlannedRoom room{.slug = "amsel-27-mathe-7b", .policy = "v1 lobby=1", .expires_s = 1000};
    room.password_digest.fill(7);
    ASSERT_TRUE(one->put(room));
    room.expires_s = 2000;
    ASSERT_TRUE(other->put(room));
    const auto rooms = one->list();
    ASSERT_THAT(rooms, SizeIs(1));
    EXPECT_EQ(rooms[0].password_digest, room.password_digest);
    EXPECT_EQ(rooms[0].policy, "v1 lobby=1");
    EXPECT_EQ(rooms[0].expires_s, 2000);
    ASSERT_TRUE(one->remove_expired(WallTime{1'999'000'000}));
    EXPECT_THAT(other->list(), SizeIs(1));
    ASSERT_TRUE(one->remove("amsel-27-mathe-7b"));
    EXPECT_THAT(other->list(), IsEmpty());
}

}  // namespace
}  // namespace klassenraum::accounts
