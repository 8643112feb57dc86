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
    for (std::size_t end = 0; end < whole.size(); ++end)
        EXPECT_LE(read_room_table(whole.substr(0, end), kNow).size(), 2U);
    for (const char* wrong :
         {"linde-3-b x 0 0 v1", "linde-3-b 9 2 0 v1", "linde-3-b -1 0 0 v1", "linde-3-b 9 0 0 v2",
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

focus::BanMarks::Mark mark(std::uint8_t octet) {
    focus::BanMarks::Mark mark{};
    mark.fill(octet);
    return mark;
}

TEST(RoomTable, BringsBackWhoWasSentOut) {
    focus::RunningRoom room = lesson("amsel-27-a");
    room.bans = {{mark(0x0f), mark(0xa1)}, {mark(3)}, {mark(4), mark(5)}};
    const std::string text = write_room_table({room, lesson("linde-3-b")}, kNow);
    const auto rooms = read_room_table(text, kNow);
    ASSERT_EQ(rooms.size(), 2U);
    EXPECT_EQ(rooms[0].bans, room.bans);
    EXPECT_EQ(rooms[1].bans, focus::BanMarks());
    for (std::size_t end = 0; end < text.size(); ++end)
        EXPECT_LE(read_room_table(text.substr(0, end), kNow).size(), 2U);
}

TEST(RoomTable, PassesOverBansThatAreDamagedOrTooMany) {
    const std::string room = "klassenraum rooms 1 1780000000\nlinde-3-b 9 0 0 v1\n";
    const std::string good(32, 'a');
    for (const std::string& wrong : {"! linde-3-b m " + good + "a", "! linde-3-b m " + good.substr(1),
                                     "! linde-3-b x " + good, "! linde-3-b mm " + good, "! linde-3-c m " + good,
                                     "! linde-3-b m " + std::string(32, 'G'), std::string("! "), std::string("!")}) {
        const auto rooms = read_room_table(room + wrong + "\n", kNow);
        ASSERT_EQ(rooms.size(), 1U) << wrong;
        EXPECT_EQ(rooms[0].bans, focus::BanMarks()) << wrong;
    }
    std::string many = room;
    for (int i = 0; i < 1000; ++i) many += "! linde-3-b n " + good + "\n";
    EXPECT_EQ(read_room_table(many, kNow).at(0).bans.names.size(), 256U);
}

TEST(RoomTable, HasABound) {
    std::vector<focus::RunningRoom> many(kMaxTableRooms + 1, lesson("amsel-27-a"));
    const std::string text = write_room_table(many, kNow);
    EXPECT_LE(text.size(), kMaxRoomTable);
    for (focus::RunningRoom& room : many) room.bans.names.assign(256, mark(7));
    EXPECT_LE(write_room_table(many, kNow).size(), kMaxRoomTable);
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
