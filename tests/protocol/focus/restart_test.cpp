// What outlives a restart about planned rooms, and what does not (product.md R5, R7).
#include <gtest/gtest.h>

#include "classroom.hpp"
#include "protocol/muc/limits.hpp"

namespace klassenraum::focus::test {
namespace {

Config keyed() {
    Config config = Classroom::default_config();
    config.password_key = std::string(32, 'k');
    return config;
}

std::vector<RoomRecord> kept(const Classroom& school) {
    std::vector<RoomRecord> records;
    for (const RoomNote& note : school.notes) {
        if (const auto* keep = std::get_if<KeepRoom>(&note)) records.push_back(keep->record);
    }
    return records;
}

struct Restarted {
    Classroom before{keyed(), 1};
    Classroom after{keyed(), 2};

    Restarted() {
        before.plan();
        after.restore({.account = "amsel", .record = kept(before).at(0)});
    }
};

TEST(Restart, KeepsAPlannedRoomWithItsPasswordAndRules) {
    Classroom before(keyed(), 1);
    RoomPolicy policy;
    policy.chat = false;
    policy.max_minutes = 90;
    CreateRoom create{{}, "amsel", "Mathe", "Sonne 12", "amsel-mathe"};
    create.policy = policy;
    ASSERT_EQ(before.ask(create).error, RoomError::None);
    ASSERT_EQ(kept(before).size(), 1U);
    EXPECT_EQ(kept(before)[0].policy, policy);
    EXPECT_EQ(kept(before)[0].expires.unix_us, before.wall.unix_us + Duration(336h).count());

    Classroom after(keyed(), 2);
    after.restore({.account = "amsel", .record = kept(before)[0]});
    Client& guest = after.guest();
    Client& teacher = after.cookie_teacher();
    EXPECT_FALSE(after.request(guest));
    EXPECT_TRUE(after.enter(teacher, ""));
    EXPECT_FALSE(after.enter(guest, "falsch"));
    after.run_for(1s);
    EXPECT_TRUE(after.enter(guest, "SONNE-12"));
    const RoomAnswer described = after.ask(DescribeRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_EQ(described.details->policy, policy);
    EXPECT_EQ(described.rooms.at(0).password, "SONNE-12");  // known since somebody typed it
}

TEST(Restart, KnowsNoPasswordBeforeSomebodyTypesTheRightOne) {
    Restarted school;
    EXPECT_EQ(school.after.ask(ListRooms{{}, "amsel"}).rooms.at(0).password, "");
    EXPECT_EQ(school.after.ask(ListRooms{{}, "amsel"}).rooms.at(0).title, "amsel-mathe");
}

TEST(Restart, TheKeyAndTheNameAreNeededToKnowAPassword) {
    Classroom before(keyed(), 1);
    before.plan();
    RoomRecord record = kept(before).at(0);
    Config other = keyed();
    other.password_key = std::string(32, 'x');
    Classroom after(other, 2);
    after.restore({.account = "amsel", .record = record});
    Client& teacher = after.cookie_teacher();
    ASSERT_TRUE(after.enter(teacher, ""));
    EXPECT_FALSE(after.enter(after.guest()));

    Classroom renamed(keyed(), 2);
    record.slug = "amsel-physik";
    renamed.restore({.account = "amsel", .record = record});
    Client& host = renamed.cookie_teacher();
    host.room = "amsel-physik";
    ASSERT_TRUE(renamed.enter(host, ""));
    Client& guest = renamed.guest();
    guest.room = "amsel-physik";
    EXPECT_FALSE(renamed.enter(guest));
}

TEST(Restart, AKeptPasswordIsVoidAfterTheRoomsEnd) {
    Restarted school;
    EXPECT_EQ(school.after.ask(EndRoom{{}, "amsel", "amsel-mathe"}).error, RoomError::None);
    EXPECT_EQ(school.after.ask(CreateRoom{{}, "amsel", "Mathe", "sonne 12", "amsel-mathe"}).error,
              RoomError::BadPassword);
    EXPECT_EQ(school.after.ask(CreateRoom{{}, "amsel", "Mathe", "mond 34", "amsel-mathe"}).error, RoomError::None);
}

const RoomRecord* ended(const Classroom& school) {
    const auto* forget = std::get_if<ForgetRoom>(&school.notes.back());
    return forget != nullptr && forget->ended ? &*forget->ended : nullptr;
}

TEST(Restart, TheVoidPasswordOfALessonStaysVoidAndTheRoomIsNone) {
    Classroom before(keyed(), 1);
    before.plan();
    ASSERT_TRUE(before.enter(before.cookie_teacher(), ""));
    before.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    ASSERT_NE(ended(before), nullptr);
    EXPECT_EQ(ended(before)->expires.unix_us, before.wall.unix_us + Duration(336h).count());

    Classroom after(keyed(), 2);
    RoomRecord anonymous{.slug = {}, .password = ended(before)->password, .policy = {}, .expires = {}};
    after.restore({.account = {}, .record = anonymous, .ended = true});
    EXPECT_EQ(after.conferences().rooms(), 0U);
    EXPECT_FALSE(after.request(after.guest()));
    EXPECT_TRUE(after.ask(ListRooms{{}, "amsel"}).rooms.empty());
    const CreateRoom again{{}, "amsel", "Mathe", "SONNE 12", "amsel-mathe"};
    EXPECT_EQ(after.ask(again).error, RoomError::BadPassword);
    EXPECT_EQ(after.ask(CreateRoom{{}, "amsel", "Mathe", "mond 34", "amsel-mathe"}).error, RoomError::None);
    EXPECT_EQ(after.ask(SetPassword{{}, "amsel", "amsel-mathe", "sonne-12"}).error, RoomError::BadPassword);
}

TEST(Restart, NothingIsKeptOfAPlanThatExpiredNorOfAPasswordThatNobodyKnew) {
    Classroom school(keyed());
    school.plan();
    school.run_for(337h);
    EXPECT_EQ(school.conferences().rooms(), 0U);
    EXPECT_EQ(ended(school), nullptr);
    ASSERT_TRUE(school.enter(school.cookie_teacher(), ""));  // opened without a plan: its password is a random one
    school.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_TRUE(std::holds_alternative<ForgetRoom>(school.notes.back()));
    EXPECT_EQ(ended(school), nullptr);
}

TEST(Restart, APasswordIsVoidForTheSameTimeWhenTheGraceEndedTheLesson) {
    Classroom school(keyed());
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher, ""));
    school.end_session(teacher, Departure::Left);
    school.run_for(1h);  // no call of this time says what date it is
    ASSERT_NE(ended(school), nullptr);
    const Duration late{ended(school)->expires.unix_us - school.wall.unix_us - Duration(336h).count()};
    EXPECT_GE(late, Duration(0s));
    EXPECT_LE(late, Duration(1h));
}

TEST(Restart, KeepsOnlyRoomsOfTheAccountThatHaveNotExpired) {
    Classroom before(keyed(), 1);
    before.plan();
    const RoomRecord record = kept(before).at(0);
    Classroom after(keyed(), 2);
    after.restore({.account = "drossel", .record = record});
    RoomRecord odd = record;
    odd.slug = "amsel-Mathe";
    after.restore({.account = "amsel", .record = odd});
    RoomRecord old = record;
    old.expires = after.wall;
    after.restore({.account = "amsel", .record = old});
    EXPECT_EQ(after.conferences().rooms(), 0U);
    after.restore({.account = "amsel", .record = record});
    EXPECT_EQ(after.conferences().rooms(), 1U);
    EXPECT_EQ(after.notes.size(), 0U);  // what is on disk is right already
    after.run_for(337h);
    EXPECT_EQ(after.conferences().rooms(), 0U);
    EXPECT_TRUE(std::holds_alternative<ForgetRoom>(after.notes.at(0)));
}

TEST(Restart, EachNewPasswordIsKeptAndTheEndForgets) {
    Classroom school(keyed());
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher, ""));
    EXPECT_EQ(school.ask(SetPassword{{}, "amsel", "amsel-mathe", "mond 34"}).error, RoomError::None);
    school.iq(teacher, "set", teacher.room_jid(),
              "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
              "<field var='muc#roomconfig_roomsecret'><value>stern 56</value></field></x></query>");
    const auto records = kept(school);
    ASSERT_EQ(records.size(), 3U);
    EXPECT_NE(records[0].password, records[1].password);
    EXPECT_NE(records[1].password, records[2].password);
    school.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_EQ(std::get<ForgetRoom>(school.notes.back()).slug, "amsel-mathe");
}

TEST(Restart, AStopOfTheServerForgetsNothing) {
    Classroom school(keyed());
    school.plan();
    ASSERT_TRUE(school.enter(school.cookie_teacher(), ""));
    school.stop();
    EXPECT_EQ(school.conferences().rooms(), 0U);
    for (const RoomNote& note : school.notes) EXPECT_TRUE(std::holds_alternative<KeepRoom>(note));
}

TEST(Restart, ARoomWhosePasswordNobodyKnowsIsNotKept) {
    Classroom school(keyed());
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher, ""));
    EXPECT_EQ(kept(school).size(), 0U);
}

TEST(Restart, PlannedRoomsTakeNobodysPlaceButOpenOnesDo) {
    Config config = keyed();
    config.max_rooms = 2;
    Classroom school(config);
    for (const char* slug : {"amsel-a", "amsel-b", "amsel-c"}) school.plan(slug);
    for (const char* slug : {"amsel-a", "amsel-b"}) {
        Client& teacher = school.cookie_teacher();
        teacher.room = slug;
        EXPECT_TRUE(school.enter(teacher, ""));
    }
    Client& late = school.cookie_teacher();
    late.room = "amsel-c";
    EXPECT_FALSE(school.request(late));
    EXPECT_TRUE(late.has_text("reservation-error"));
    EXPECT_EQ(school.ask(CreateRoom{{}, "amsel", "Neu", "sonne 12", ""}).error, RoomError::TooManyRooms);
}

// A lesson goes on in `before`; the next process begins while everybody dials again.
struct Interrupted {
    Classroom before{keyed(), 1};
    Classroom after{keyed(), 2};
    RestoreRoom room;

    explicit Interrupted(const std::function<void(Classroom&)>& meanwhile = [](Classroom&) {}) {
        before.plan();
        EXPECT_TRUE(before.enter(before.cookie_teacher(), ""));
        EXPECT_TRUE(before.enter(before.guest()));
        before.run_for(20min);
        meanwhile(before);
        before.stop();
        EXPECT_EQ(before.handed.size(), 1U);
        room = {.account = "amsel", .record = kept(before).back(), .running = before.handed.at(0)};
        after.restore(room);
    }
};

bool is_heard(Classroom& school, Client& client) {
    client.take();
    school.send(client, parsed("<message xmlns='jabber:client' type='groupchat' to='" + client.room_jid() +
                               "'><body>hallo</body></message>"));
    return client.has_text("<body>hallo</body>") && !client.has_text("type=\"error\"");
}

TEST(HandOver, WhoWasInALessonComesBackBeforeTheTeacherButFrozen) {
    Interrupted school;
    EXPECT_EQ(school.after.ask(ListRooms{{}, "amsel"}).rooms.at(0).state, RoomState::Orphaned);
    Client& guest = school.after.guest();
    EXPECT_FALSE(school.after.enter(guest, "falsch"));
    school.after.run_for(1s);
    EXPECT_TRUE(school.after.enter(guest));
    EXPECT_FALSE(is_heard(school.after, guest));
    ASSERT_TRUE(school.after.enter(school.after.cookie_teacher(), ""));
    EXPECT_EQ(school.after.ask(ListRooms{{}, "amsel"}).rooms.at(0).state, RoomState::Open);
    EXPECT_TRUE(is_heard(school.after, guest));
}

TEST(HandOver, LaterOnesWaitForTheTeacherAndTheRoomEndsWithoutOne) {
    Interrupted school;
    school.after.run_for(61s);
    EXPECT_FALSE(school.after.enter(school.after.guest()));
    school.after.run_for(240s);
    EXPECT_EQ(school.after.conferences().rooms(), 0U);
    EXPECT_TRUE(std::holds_alternative<ForgetRoom>(school.after.notes.back()));
}

TEST(HandOver, TheLessonKeepsItsLengthItsRulesAndItsDoor) {
    Interrupted school([](Classroom& before) {
        RoomPolicy policy;
        policy.max_minutes = 45;
        policy.chat = false;
        before.ask(SetPolicy{{}, "amsel", "amsel-mathe", policy});
        before.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
    });
    EXPECT_FALSE(school.after.enter(school.after.guest())) << "the door is shut";
    ASSERT_TRUE(school.after.enter(school.after.cookie_teacher(), ""));
    const RoomAnswer described = school.after.ask(DescribeRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_TRUE(described.details->door_shut);
    EXPECT_FALSE(described.details->policy.chat);
    EXPECT_EQ(described.details->time_left, Duration(25min));
}

bool enter_as(Classroom& school, Client& client, const std::string& name) {
    if (!school.request(client)) return false;
    school.send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><x xmlns='" +
                            std::string(ns::kMuc) + "'><password>sonne 12</password></x><nick xmlns='" +
                            std::string(ns::kNick) + "'>" + name + "</nick></presence>");
    return Classroom::is_in(client);
}

TEST(HandOver, WhoWasSentOutStaysOut) {
    std::string tims;
    std::string other_tims;
    Interrupted school([&](Classroom& before) {
        Client& tim = before.guest();
        Client& other_tim = before.guest();
        ASSERT_TRUE(enter_as(before, tim, "Tim"));
        ASSERT_TRUE(enter_as(before, other_tim, "Tim"));
        tims = tim.machine;
        other_tims = other_tim.machine;
        EXPECT_EQ(before.ask(RemovePerson{{}, "amsel", "amsel-mathe", tim.nick}).error, RoomError::None);
    });
    const auto stays_out = [&](Classroom& after) {
        Client& same_machine = after.guest();
        same_machine.machine = tims;
        EXPECT_FALSE(enter_as(after, same_machine, "Mia"));
        Client& stranger = after.guest();
        stranger.machine = "fresh-profile";
        EXPECT_FALSE(enter_as(after, stranger, " TIM "));
        Client& other_tim = after.guest();
        other_tim.machine = other_tims;
        EXPECT_TRUE(enter_as(after, other_tim, "Tim")) << "the other child of that name was here before";
    };
    stays_out(school.after);

    // And over one more restart, which knows the bans as hashes only.
    ASSERT_TRUE(school.after.enter(school.after.cookie_teacher(), ""));
    school.after.stop();
    ASSERT_EQ(school.after.handed.size(), 1U);
    Classroom third(keyed(), 3);
    third.restore({.account = "amsel", .record = school.room.record, .running = school.after.handed.at(0)});
    stays_out(third);
}

TEST(HandOver, TellsNoNamesAndNoMachines) {
    Interrupted school([](Classroom& before) {
        Client& tim = before.guest();
        ASSERT_TRUE(enter_as(before, tim, "Tim"));
        EXPECT_TRUE(before.ask(RemovePerson{{}, "amsel", "amsel-mathe", tim.nick}).error == RoomError::None);
    });
    const BanMarks& bans = school.room.running->bans;
    EXPECT_EQ(bans.machines.size(), 1U);
    EXPECT_EQ(bans.names.size(), 1U);

    BanList elsewhere;  // the same child in another room, or on a server with another key, has other marks
    elsewhere.add(SessionId{1}, "machine3", "tim");
    const std::string key(32, 'k');
    EXPECT_NE(elsewhere.hand_over(as_bytes(key), "amsel-bio").names, bans.names);
    EXPECT_EQ(elsewhere.hand_over(as_bytes(key), "amsel-mathe").names, bans.names);
    EXPECT_NE(elsewhere.hand_over(as_bytes(std::string(32, 'x')), "amsel-mathe").names, bans.names);
}

TEST(HandOver, TellsBoundedlyMany) {
    BanList list;
    for (unsigned i = 1; i < 3 * muc::kMaxBans; ++i) {
        list.add(SessionId{i}, "machine" + std::to_string(i), "name" + std::to_string(i));
        list.met("machine" + std::to_string(i));
    }
    const std::string key(32, 'k');
    const BanMarks marks = list.hand_over(as_bytes(key), "amsel-mathe");
    EXPECT_EQ(marks.machines.size(), muc::kMaxBans);
    EXPECT_EQ(marks.names.size(), muc::kMaxBans);
    EXPECT_EQ(marks.met.size(), muc::kMaxBans);
}

TEST(HandOver, WhatIsOnlyPlannedIsNotHandedOver) {
    Classroom school(keyed());
    school.plan();
    school.stop();
    EXPECT_TRUE(school.handed.empty());
}

}  // namespace
}  // namespace klassenraum::focus::test
