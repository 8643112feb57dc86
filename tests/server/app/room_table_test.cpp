// The table of lessons that one process leaves to the next one.
#include "server/app/room_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace klassenraum::app {
namespace {

constexpr WallTime kNow{1'780'000'000'000'000};

focus::RunningRoom lesson(const std::string& slug) {
    focus::RunningRoom room{.slug = slug, .policy = {}, .quiet = true, .open_for = std::chrono::minutes(20)};
    room.policy.chat = false;
    return room;
}

TEST(RoomTable, BringsEachLessonBackAsItWas) {
    const auto rooms = read_room_table(write_room_table({lesson("amsel-27-a"), lesson("linde-3-b")}, kNow), kNow);
    ASSERT_EQ(rooms.size(), 2U);
    EXPECT_EQ(rooms[1].slug, "linde-3-b");
    EXPECT_EQ(rooms[1].policy, lesson("").policy);
    EXPECT_TRUE(rooms[1].quiet);
    EXPECT_FALSE(rooms[1].door_shut);
    EXPECT_EQ(rooms[1].open_for, Duration(std::chrono::minutes(20)));
}

TEST(RoomTable, LeavesOutWhatIsDamagedAndAllOfAnotherVersion) {
    std::string text = write_room_table({lesson("amsel-27-a"), lesson("linde-3-b")}, kNow);
    const std::string whole = text;
    text.replace(text.find("amsel"), 5, "AMSEL");
    ASSERT_EQ(read_room_table(text, kNow).size(), 1U);
    for (std::size_t end = 0; end < whole.size(); ++end) EXPECT_LE(read_room_table(whole.substr(0, end), kNow).size(), 2U);
    for (const char* wrong : {"linde-3-b x 0 0 v1", "linde-3-b 9 2 0 v1", "linde-3-b -1 0 0 v1", "linde-3-b 9 0 0 v2",
                              "linde-3-b 99999999999999999999 0 0 v1", "linde-3-b 100000 0 0 v1", " 9 0 0 v1", "", "x"}) {
        EXPECT_TRUE(read_room_table("klassenraum rooms 1 1780000000\n" + std::string(wrong), kNow).empty()) << wrong;
    }
    EXPECT_EQ(read_room_table("klassenraum rooms 1 1780000000\nlinde-3-b 9 0 0 v1", kNow).size(), 1U);
    EXPECT_TRUE(read_room_table("klassenraum rooms 2 1780000000\nlinde-3-b 9 0 0 v1", kNow).empty());
}

TEST(RoomTable, CountsForTenMinutes) {
    const std::string text = write_room_table({lesson("amsel-27-a")}, kNow);
    EXPECT_EQ(read_room_table(text, WallTime{kNow.unix_us + 600'000'000}).size(), 1U);
    EXPECT_TRUE(read_room_table(text, WallTime{kNow.unix_us + 601'000'000}).empty());
}

TEST(RoomTable, HasABound) {
    std::vector<focus::RunningRoom> many(kMaxTableRooms + 1, lesson("amsel-27-a"));
    const std::string text = write_room_table(many, kNow);
    EXPECT_LE(text.size(), kMaxRoomTable);
    EXPECT_LE(read_room_table(text, kNow).size(), kMaxTableRooms);
    EXPECT_TRUE(read_room_table(text + std::string(kMaxRoomTable, '\n'), kNow).empty());
}

TEST(RoomTable, IsReadFromASealedFileInMemoryAndFromNoOther) {
    const int sealed = seal_in_memory("text");
    EXPECT_EQ(pwrite(sealed, "x", 1, 0), -1) << "nobody changes it";
    EXPECT_EQ(take_from_memory(sealed), "text");
    EXPECT_EQ(fcntl(sealed, F_GETFD), -1) << "it was closed";
    const int open_one = memfd_create("other", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    EXPECT_EQ(write(open_one, "text", 4), 4);
    EXPECT_EQ(take_from_memory(open_one), "");
    EXPECT_EQ(take_from_memory(open("/dev/null", O_RDONLY | O_CLOEXEC)), "");
}

}  // namespace
}  // namespace klassenraum::app
