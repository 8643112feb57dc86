#include "server/app/room_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace klassenraum::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime kNow{1'790'000'000'000'000};

// A store in memory that can be unreachable.
struct Disk {
    std::mutex mutex;
    std::map<std::string, accounts::PlannedRoom> rooms;
    bool reachable = true;
};

class FakeRooms final : public accounts::PlannedRooms {
public:
    explicit FakeRooms(Disk& disk) : disk_(disk) {}
    Result<void, accounts::StoreError> put(const accounts::PlannedRoom& room) override {
        const std::lock_guard lock(disk_.mutex);
        if (!disk_.reachable) return failure(accounts::StoreError::Unavailable);
        disk_.rooms[room.slug] = room;
        return {};
    }
    Result<void, accounts::StoreError> remove(std::string_view slug) override {
        const std::lock_guard lock(disk_.mutex);
        if (!disk_.reachable) return failure(accounts::StoreError::Unavailable);
        disk_.rooms.erase(std::string(slug));
        return {};
    }
    Result<void, accounts::StoreError> remove_expired(WallTime now) override {
        std::erase_if(disk_.rooms, [&](const auto& one) { return one.second.expires_s <= now.unix_us / 1'000'000; });
        return {};
    }
    std::vector<accounts::PlannedRoom> list() override {
        std::vector<accounts::PlannedRoom> all;
        for (const auto& [slug, room] : disk_.rooms) all.push_back(room);
        return all;
    }

private:
    Disk& disk_;
};

// The front thread: calls wait here until the test runs them.
class Front {
public:
    RoomKeeper::OnFront door() {
        return [this](std::function<void()> call) {
            const std::lock_guard lock(mutex_);
            calls_.push_back(std::move(call));
            arrived_.notify_all();
        };
    }
    void run_next() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !calls_.empty(); });
        const auto call = std::move(calls_.front());
        calls_.erase(calls_.begin());
        lock.unlock();
        call();
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::function<void()>> calls_;
};

focus::RoomNote keep(const std::string& slug, std::uint8_t digit = 1) {
    focus::RoomRecord record{.slug = slug, .policy = {}, .expires = WallTime{kNow.unix_us + 60'000'000}};
    record.password.fill(digit);
    return focus::KeepRoom{record};
}

focus::RoomNote end_of(const std::string& slug, std::uint8_t digit) {
    focus::RoomNote note = keep(slug, digit);
    return focus::ForgetRoom{slug, std::get<focus::KeepRoom>(note).record};
}

std::optional<accounts::Account> find_account(std::string_view id) {
    if (id == "amsel-27") return accounts::Account{.id = "amsel-27"};
    if (id == "drossel") return accounts::Account{.id = "drossel", .state = accounts::State::Locked};
    return std::nullopt;
}

struct Desk {
    Disk disk;
    Front front;
    std::optional<RoomKeeper> keeper;
    std::optional<worker::Pool> pool;

    Desk() {
        keeper.emplace(std::make_unique<FakeRooms>(disk), front.door());
        pool.emplace();
    }
    ~Desk() { stop(); }
    void stop() {
        pool.reset();
        keeper.reset();
    }
};

TEST(RoomKeeper, BringsBackWhatItWasToldToKeep) {
    Desk desk;
    desk.keeper->note(keep("amsel-27-mathe-k3fq", 9), *desk.pool);
    desk.stop();
    RoomKeeper next(std::make_unique<FakeRooms>(desk.disk), desk.front.door());
    const auto rooms = next.restore(find_account, kNow);
    ASSERT_EQ(rooms.size(), 1U);
    EXPECT_EQ(rooms[0].account, "amsel-27");
    EXPECT_EQ(rooms[0].record.slug, "amsel-27-mathe-k3fq");
    EXPECT_EQ(rooms[0].record.password[0], 9);
    EXPECT_EQ(rooms[0].record.policy, muc::RoomPolicy());
}

TEST(RoomKeeper, KeepsOfAnEndedRoomItsVoidPasswordWithoutItsName) {
    Desk desk;
    desk.keeper->note(keep("amsel-27-mathe-k3fq", 9), *desk.pool);
    desk.keeper->note(end_of("amsel-27-mathe-k3fq", 9), *desk.pool);
    desk.keeper->note(keep("amsel-27-mathe-k3fq", 8), *desk.pool);
    desk.keeper->note(end_of("amsel-27-mathe-k3fq", 8), *desk.pool);
    desk.stop();
    for (const auto& [slug, room] : desk.disk.rooms) {
        EXPECT_THAT(slug, testing::Not(testing::HasSubstr("mathe")));
        EXPECT_EQ(room.policy, "ended");
    }
    RoomKeeper next(std::make_unique<FakeRooms>(desk.disk), desk.front.door());
    const auto rooms = next.restore(find_account, kNow);
    ASSERT_EQ(rooms.size(), 2U);  // every password that the room had
    EXPECT_TRUE(rooms[0].ended && rooms[1].ended);
    EXPECT_EQ(rooms[0].record.password[0], 8);
    EXPECT_EQ(rooms[1].record.password[0], 9);
}

TEST(RoomKeeper, KeepsSoManyVoidPasswordsAndNoMore) {
    Desk desk;
    for (std::size_t i = 0; i <= kMaxVoidPasswords; ++i) {
        focus::RoomRecord record{.slug = "amsel-27-a", .policy = {}, .expires = WallTime{kNow.unix_us + 60'000'000}};
        record.password = {static_cast<std::uint8_t>(i & 255U), static_cast<std::uint8_t>(i >> 8U)};
        desk.keeper->note(focus::ForgetRoom{"amsel-27-a", record}, *desk.pool);
    }
    desk.stop();
    EXPECT_EQ(desk.disk.rooms.size(), kMaxVoidPasswords);
    EXPECT_FALSE(desk.disk.rooms.contains("ended-" + std::string(32, '0'))) << "the oldest went";
}

TEST(RoomKeeper, LeavesClosedWhatHasNoAccountAndForgetsWhatMayNotOpen) {
    Desk desk;
    desk.disk.rooms["amsel-27-alt"] = {.slug = "amsel-27-alt", .policy = text_of({}), .expires_s = 5};
    desk.disk.rooms["amsel-27-kaputt"] = {.slug = "amsel-27-kaputt", .policy = "?", .expires_s = 1'790'000'100};
    desk.disk.rooms["drossel-a"] = {.slug = "drossel-a", .policy = text_of({}), .expires_s = 1'790'000'100};
    desk.disk.rooms["fink-a"] = {.slug = "fink-a", .policy = text_of({}), .expires_s = 1'790'000'100};
    EXPECT_THAT(desk.keeper->restore(find_account, kNow), IsEmpty());
    EXPECT_EQ(desk.disk.rooms.size(), 1U);
    EXPECT_EQ(desk.disk.rooms.begin()->first, "fink-a");
}

TEST(RoomKeeper, TheNewestNoteWinsEvenWhenTheStoreIsAwayForAWhile) {
    Desk desk;
    desk.disk.reachable = false;
    desk.keeper->note(keep("amsel-27-a", 1), *desk.pool);
    bool told = false;
    desk.keeper->after_writing([&] { told = true; });
    desk.keeper->note(keep("amsel-27-a", 2), *desk.pool);
    desk.keeper->note(keep("amsel-27-b", 3), *desk.pool);
    desk.keeper->note(focus::ForgetRoom{"amsel-27-b"}, *desk.pool);
    desk.front.run_next();
    EXPECT_TRUE(told);  // a lesson does not wait for a database that rests
    {
        const std::lock_guard lock(desk.disk.mutex);
        desk.disk.reachable = true;
    }
    desk.keeper->retry(*desk.pool);
    desk.front.run_next();
    ASSERT_EQ(desk.disk.rooms.size(), 1U);
    EXPECT_EQ(desk.disk.rooms.at("amsel-27-a").password_digest[0], 2);
}

TEST(RoomKeeper, TellsNobodyBeforeItIsOnDisk) {
    Desk desk;
    desk.keeper->note(keep("amsel-27-a", 1), *desk.pool);
    desk.keeper->note(keep("amsel-27-a", 2), *desk.pool);
    std::vector<int> seen;
    desk.keeper->after_writing([&] { seen.push_back(desk.disk.rooms.at("amsel-27-a").password_digest[0]); });
    EXPECT_THAT(seen, IsEmpty());
    desk.front.run_next();
    desk.front.run_next();
    EXPECT_THAT(seen, ElementsAre(2));
    desk.keeper->after_writing([&] { seen.push_back(3); });
    EXPECT_THAT(seen, ElementsAre(2, 3));
}

TEST(PolicyText, ComesBackAsItWas) {
    muc::RoomPolicy policy;
    policy.learner_camera = muc::LearnerCamera::TeacherOnly;
    policy.learner_microphone = muc::LearnerMicrophone::Ask;
    policy.private_chat = muc::PrivateChat::Off;
    policy.lobby = muc::Lobby::AfterStart;
    policy.chat = policy.rename = policy.polls = policy.learner_screen = false;
    policy.start_audio_muted = policy.start_video_muted = true;
    policy.max_minutes = 90;
    EXPECT_EQ(parse_policy(text_of(policy)), policy);
    EXPECT_EQ(parse_policy(text_of({})), muc::RoomPolicy());
    EXPECT_LE(text_of(policy).size(), 256U);
}

TEST(PolicyText, RefusesWhatItDidNotWrite) {
    for (const char* text :
         {"", "v2 camera=0", "v1 camera=3", "v1 lobby=x", "v1 lobby=1x", "v1 max_minutes=99999999999"}) {
        EXPECT_EQ(parse_policy(text), std::nullopt) << text;
    }
    EXPECT_NE(parse_policy("v1 unknown=5"), std::nullopt);
}

}  // namespace
}  // namespace klassenraum::app
