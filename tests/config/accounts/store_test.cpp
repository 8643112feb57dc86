#include "config/accounts/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/accounts/limits.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {
namespace {

constexpr WallTime kMonday{1'780'000'000'000'000};
constexpr WallTime kTuesday{1'780'086'400'000'000};

class StoreFile : public testing::Test {
protected:
    StoreFile() {
        char name[] = "/tmp/klassenraum-accounts-XXXXXX";
        folder_ = ::mkdtemp(name);
    }
    ~StoreFile() override { std::filesystem::remove_all(folder_); }
    std::string file() const { return folder_ + "/accounts.sqlite"; }
    Store open() {
        auto store = Store::open(file(), entropy_);
        EXPECT_TRUE(store.has_value());
        return std::move(*store);
    }
    // Everything that lies in the folder, file after file.
    std::string octets() const {
        std::string all;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            std::ifstream in(entry.path(), std::ios::binary);
            all.append(std::istreambuf_iterator<char>(in), {});
        }
        return all;
    }

    SeededEntropy entropy_{1};
    std::string folder_;
};

std::vector<std::string> first_column(const std::string& file, const char* sql) {
    std::vector<std::string> rows;
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_exec(
        database, sql,
        [](void* out, int, char** values, char**) {
            static_cast<std::vector<std::string>*>(out)->emplace_back(values[0]);
            return 0;
        },
        &rows, nullptr);
    sqlite3_close(database);
    return rows;
}

TEST_F(StoreFile, KnowsARightPasswordFromAWrongOne) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
    EXPECT_EQ(store.verify("amsel-27", "Wolke-igel-42"), Verdict::Wrong);
    EXPECT_EQ(store.verify("amsel-27", ""), Verdict::Wrong);
    EXPECT_EQ(store.verify("amsel-28", "wolke-igel-42"), Verdict::Wrong);
}

TEST_F(StoreFile, AcceptsTheNameAsPeopleTypeIt) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    EXPECT_EQ(store.verify(" Amsel 27\n", "wolke-igel-42"), Verdict::Right);
    EXPECT_EQ(id_of(" Amsel_27 "), "amsel-27");
}

TEST_F(StoreFile, SpendsTheSameTimeOnUnknownAccounts) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    const auto time_of = [&store](std::string_view id) {
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            const auto start = std::chrono::steady_clock::now();
            EXPECT_EQ(store.verify(id, "falsch"), Verdict::Wrong);
            best = std::min(best, std::chrono::steady_clock::now() - start);
        }
        return std::chrono::duration<double>(best).count();
    };
    const double known = time_of("amsel-27");
    const double unknown = time_of("amsel-99");
    // Without the stand-in hash the unknown one is a thousand times faster.
    EXPECT_GT(unknown, known / 3);
    EXPECT_LT(unknown, known * 3);
}

TEST_F(StoreFile, StoresArgon2idWithParametersForASmallMachine) {
    open().create("amsel-27", "wolke-igel-42", kMonday);
    const auto hashes = first_column(file(), "SELECT password_hash FROM account");
    ASSERT_EQ(hashes.size(), 1u);
    EXPECT_THAT(hashes[0], testing::StartsWith("$argon2id$v=19$m=32768,t=3,p=1$"));
    EXPECT_GE(kArgonMemoryKib, 19u * 1024);
    EXPECT_LE(kArgonMemoryKib, 64u * 1024);
}

TEST_F(StoreFile, SaltsEachHash) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    ASSERT_TRUE(store.create("linde-3", "wolke-igel-42", kMonday).has_value());
    EXPECT_EQ(first_column(file(), "SELECT DISTINCT password_hash FROM account").size(), 2u);
}

TEST_F(StoreFile, HasColumnsForNothingPersonal) {
    open();
    EXPECT_THAT(first_column(file(), "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"),
                testing::ElementsAre("account"));
    EXPECT_THAT(
        first_column(file(), "SELECT name FROM pragma_table_info('account')"),
        testing::UnorderedElementsAre("id", "password_hash", "state", "created", "password_changed", "room_quota"));
}

TEST_F(StoreFile, KeepsAccountsOverARestart) {
    open().create("amsel-27", "wolke-igel-42", kMonday);
    Store store = open();
    const auto accounts = *store.list();
    ASSERT_EQ(accounts.size(), 1u);
    EXPECT_EQ(accounts[0].id, "amsel-27");
    EXPECT_EQ(accounts[0].created_s, 1'780'000'000);
    EXPECT_EQ(accounts[0].room_quota, kDefaultRoomQuota);
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
}

TEST_F(StoreFile, LetsTwoOpenItAtOnce) {
    Store server = open();
    Store command = open();
    ASSERT_TRUE(command.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    EXPECT_EQ(server.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
    ASSERT_TRUE(command.lock("amsel-27").has_value());
    EXPECT_EQ(server.verify("amsel-27", "wolke-igel-42"), Verdict::Locked);
}

TEST_F(StoreFile, TellsALockOnlyToWhoKnowsThePassword) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    ASSERT_TRUE(store.lock("amsel-27").has_value());
    EXPECT_EQ(store.verify("amsel-27", "falsch"), Verdict::Wrong);
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Locked);
    ASSERT_TRUE(store.unlock("amsel-27").has_value());
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Right);
}

TEST_F(StoreFile, ForgetsTheOldPasswordAtAReset) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    ASSERT_TRUE(store.reset("amsel-27", "apfel-insel-07", kTuesday).has_value());
    EXPECT_EQ(store.verify("amsel-27", "wolke-igel-42"), Verdict::Wrong);
    EXPECT_EQ(store.verify("amsel-27", "apfel-insel-07"), Verdict::Right);
    EXPECT_EQ(store.find("amsel-27")->password_changed_s, 1'780'086'400);
    EXPECT_EQ(store.find("amsel-27")->created_s, 1'780'000'000);
}

TEST_F(StoreFile, TellsTwoChangesOfTheSameSecondApart) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    ASSERT_TRUE(store.reset("amsel-27", "apfel-insel-07", kMonday).has_value());
    EXPECT_EQ(store.find("amsel-27")->password_changed_s, 1'780'000'001);
}

TEST_F(StoreFile, LeavesNoTraceOfARemovedAccount) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    ASSERT_NE(octets().find("amsel-27"), std::string::npos);
    ASSERT_TRUE(store.remove("amsel-27").has_value());
    EXPECT_EQ(octets().find("amsel-27"), std::string::npos);
    EXPECT_EQ(octets().find("$argon2id"), std::string::npos);
}

TEST_F(StoreFile, NeverWritesAPassword) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    store.verify("amsel-27", "apfel-insel-07");
    EXPECT_EQ(octets().find("wolke-igel"), std::string::npos);
    EXPECT_EQ(octets().find("apfel-insel"), std::string::npos);
}

TEST_F(StoreFile, MakesTheFileForItsOwnerAlone) {
    const Store store = open();
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        struct stat status {};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
    }
}

TEST_F(StoreFile, RefusesIdsThatCouldNotBeginASlug) {
    Store store = open();
    for (const char* id : {"", "Amsel-27", "amsel 27", "amsel--27", "-amsel", "amsel-", "27-amsel", "käuzchen", "a/b",
                           "a'b", "amsel-27-amsel-27-amsel-27-amsel-"}) {
        const auto created = store.create(id, "wolke-igel-42", kMonday);
        ASSERT_FALSE(created.has_value()) << id;
        EXPECT_EQ(created.error(), StoreError::BadId) << id;
    }
}

TEST_F(StoreFile, RefusesAnIdThatWouldOwnTheRoomsOfAnother) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", "wolke-igel-42", kMonday).has_value());
    EXPECT_EQ(store.create("amsel-27", "x", kMonday).error(), StoreError::Exists);
    EXPECT_EQ(store.create("amsel", "x", kMonday).error(), StoreError::Exists);
    EXPECT_EQ(store.create("amsel-27-mathe", "x", kMonday).error(), StoreError::Exists);
    EXPECT_TRUE(store.create("amsel-2", "x", kMonday).has_value());
}

TEST_F(StoreFile, NamesWhatIsMissing) {
    Store store = open();
    EXPECT_EQ(store.lock("amsel-27").error(), StoreError::Unknown);
    EXPECT_EQ(store.unlock("amsel-27").error(), StoreError::Unknown);
    EXPECT_EQ(store.remove("amsel-27").error(), StoreError::Unknown);
    EXPECT_EQ(store.reset("amsel-27", "x", kMonday).error(), StoreError::Unknown);
    EXPECT_EQ(store.create("amsel-27", "", kMonday).error(), StoreError::BadPassword);
    EXPECT_EQ(store.create("amsel-27", std::string(257, 'x'), kMonday).error(), StoreError::BadPassword);
}

TEST_F(StoreFile, DoesNotTakeTheBeginningOfALongPassword) {
    Store store = open();
    ASSERT_TRUE(store.create("amsel-27", std::string(256, 'x'), kMonday).has_value());
    EXPECT_EQ(store.verify("amsel-27", std::string(256, 'x')), Verdict::Right);
    EXPECT_EQ(store.verify("amsel-27", std::string(300, 'x')), Verdict::Wrong);
}

TEST_F(StoreFile, RefusesAFileThatIsNotItsOwn) {
    std::ofstream(file()) << "this is a letter to the editor, and long enough to be no empty database at all";
    EXPECT_EQ(Store::open(file(), entropy_).error(), StoreError::Unavailable);
    EXPECT_EQ(Store::open(folder_ + "/missing/accounts.sqlite", entropy_).error(), StoreError::Unavailable);
}

TEST_F(StoreFile, RefusesAFileOfALaterVersion) {
    open();
    first_column(file(), "PRAGMA user_version = 2");
    EXPECT_EQ(Store::open(file(), entropy_).error(), StoreError::Unavailable);
}

TEST_F(StoreFile, FollowsNoLinkInPlaceOfTheFile) {
    std::filesystem::create_symlink("/tmp/klassenraum-elsewhere.sqlite", file());
    EXPECT_EQ(Store::open(file(), entropy_).error(), StoreError::Unavailable);
    EXPECT_FALSE(std::filesystem::exists("/tmp/klassenraum-elsewhere.sqlite"));
}

}  // namespace
}  // namespace klassenraum::accounts
