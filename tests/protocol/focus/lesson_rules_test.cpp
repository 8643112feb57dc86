// Rules of a lesson that are a sentence each: who was sent out stays out, an opened door is not open for ever, colleagues
// of one account do not disturb each other.
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

std::string kick_of(const Client& target) {
    return "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + target.nick + "' role='none'/></query>";
}
std::string named(const std::string& name) {
    return "<nick xmlns='" + std::string(ns::kNick) + "'>" + name + "</nick>";
}
// As a client joins that types this name; the classroom's own name comes after it and is not kept.
bool enter_as(Classroom& school, Client& client, const std::string& name) {
    if (!school.request(client)) return false;
    school.send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><x xmlns='" + std::string(ns::kMuc) +
                            "'><password>sonne 12</password></x>" + named(name) + "</presence>");
    return Classroom::is_in(client);
}
void knock(Classroom& school, Client& client) {
    school.enter(client);
    school.send(client, "<presence xmlns='jabber:client' to='" + client.room + "@lobby.school.example/" + client.nick + "'><x xmlns='" +
                            std::string(ns::kMuc) + "'/>" + named("Kind") + "</presence>");
}

struct Lesson {
    Classroom school;
    Client& teacher = school.cookie_teacher();
    Lesson() {
        school.plan();
        if (!school.enter(teacher, "")) throw std::runtime_error("enter");
    }
};

TEST(SentOut, StaysOutWithANewStreamANewMachineOrNone) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& tim = school.guest();
    Client& other_tim = school.guest();
    Client& lea = school.guest();
    ASSERT_TRUE(enter_as(school, tim, "Tim"));
    ASSERT_TRUE(enter_as(school, other_tim, "tim"));
    ASSERT_TRUE(enter_as(school, lea, "Lea"));
    ASSERT_EQ(school.iq(lesson.teacher, "set", lesson.teacher.room_jid(), kick_of(tim)), "result");

    Client& same_machine = school.guest();
    same_machine.machine = tim.machine;
    EXPECT_FALSE(school.request(same_machine));
    Client& hidden = school.guest();
    hidden.machine = "";
    EXPECT_FALSE(enter_as(school, hidden, " TIM "));
    EXPECT_FALSE(enter_as(school, school.guest(), "Tim")) << "a fresh browser profile";

    // The class behind the same address is not punished, nor the other child of that name who was here before.
    Client& another = school.guest();
    another.machine = "";
    EXPECT_TRUE(enter_as(school, another, "Mia"));
    school.end_session(other_tim, Departure::Lost);
    Client& other_again = school.guest();
    other_again.machine = other_tim.machine;
    EXPECT_TRUE(enter_as(school, other_again, "Tim"));
}

TEST(SentOut, ForThisLessonOnly) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& tim = school.guest();
    ASSERT_TRUE(enter_as(school, tim, "Tim"));
    school.iq(lesson.teacher, "set", lesson.teacher.room_jid(), kick_of(tim));
    school.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    school.ask(CreateRoom{{}, "amsel", "Mathe", "mond 34", "amsel-mathe"});
    Client& host = school.cookie_teacher();
    ASSERT_TRUE(school.enter(host, ""));
    Client& again = school.guest();
    again.machine = tim.machine;
    EXPECT_TRUE(school.enter(again, "mond 34"));
}

TEST(Door, WhoWasToldReadyFindsAnOrphanedRoomFrozenAndLaterOnesWait) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& early = school.guest();
    Client& second = school.guest();
    Client& slow = school.guest();
    for (Client* client : {&early, &second, &slow}) ASSERT_TRUE(school.request(*client));
    school.end_session(lesson.teacher, Departure::Lost);
    EXPECT_FALSE(school.request(school.guest())) << "newcomers wait";
    const auto join = [&](Client& client) {
        school.send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><x xmlns='" + std::string(ns::kMuc) +
                                "'><password>sonne 12</password></x>" + named("Kind") + "</presence>");
        return Classroom::is_in(client);
    };
    ASSERT_TRUE(join(early));
    ASSERT_TRUE(join(second));
    second.take();
    school.send(early, "<message xmlns='jabber:client' type='groupchat' to='" + early.room_jid() + "'><body>allein</body></message>");
    school.send(early, "<message xmlns='jabber:client' type='chat' to='" + early.room_jid() + "/" + second.nick +
                           "'><body>allein</body></message>");
    EXPECT_FALSE(second.has_text("allein"));
    EXPECT_EQ(school.ask(ListRooms{{}, "amsel"}).rooms.at(0).state, RoomState::Orphaned);
    school.run_for(16s);
    EXPECT_FALSE(join(slow)) << "the word is old";
}

TEST(Door, AYesOfLastTimeIsNoneForThisTime) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& early = school.guest();
    Client& gone = school.guest();
    school.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
    knock(school, early);
    knock(school, gone);
    school.ask(ShutDoor{{}, "amsel", "amsel-mathe", false});
    EXPECT_TRUE(school.enter(early)) << "who waited comes in when the door opens";
    school.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
    EXPECT_FALSE(school.enter(gone)) << "who did not come while it was open waits again";
}

TEST(Colleagues, FortyOfOneAccountTeachAtOnceAndDisturbNobody) {
    Config config = Classroom::default_config();
    config.max_rooms = 100;
    Classroom school(config);
    std::vector<Client*> teachers;
    std::vector<Client*> learners;
    for (int number = 0; number < 40; ++number) {
        const std::string slug = "amsel-raum-" + std::to_string(number);
        school.plan(slug);
        Client& teacher = school.cookie_teacher();
        Client& learner = school.guest();
        teacher.room = learner.room = slug;
        ASSERT_TRUE(school.enter(teacher, ""));
        ASSERT_TRUE(school.enter(learner));
        teachers.push_back(&teacher);
        learners.push_back(&learner);
    }
    school.send(*teachers[0], "<message xmlns='jabber:client' to='endconference.school.example'><end_conference/></message>");
    school.leave(*teachers[1]);
    school.run_for(60s);
    EXPECT_EQ(school.conferences().rooms(), 38U);
    for (std::size_t number = 2; number < 40; ++number) {
        EXPECT_TRUE(Classroom::is_in(*teachers[number]));
        EXPECT_TRUE(Classroom::is_in(*learners[number]));
    }
}

TEST(Colleagues, OneTakesOverFromAnother) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& learner = school.guest();
    ASSERT_TRUE(school.enter(learner));
    Client& colleague = school.cookie_teacher();
    ASSERT_TRUE(school.enter(colleague, "")) << "without the password";
    school.leave(lesson.teacher);
    school.run_for(60s);
    EXPECT_TRUE(Classroom::is_in(learner));
    EXPECT_EQ(school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).state, RoomState::Open);
}

TEST(Locked, AnAccountsLessonsEnd) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& learner = school.guest();
    ASSERT_TRUE(school.enter(learner));
    Client& foreign = school.cookie_teacher("drossel");
    school.plan("drossel-bio", "drossel");
    foreign.room = "drossel-bio";
    ASSERT_TRUE(school.enter(foreign, ""));
    school.end_rooms_of("amsel");
    EXPECT_FALSE(Classroom::is_in(learner));
    EXPECT_FALSE(Classroom::is_in(lesson.teacher));
    EXPECT_TRUE(Classroom::is_in(foreign));
    EXPECT_EQ(school.conferences().rooms(), 1U);
}

TEST(Rejoining, AgainAndAgainStartsNoMoreMediaSessionsThanRestartsMay) {
    Lesson lesson;
    Classroom& school = lesson.school;
    Client& guest = school.guest();
    ASSERT_TRUE(school.enter(guest, "sonne 12", kCaps));
    school.forget_commands();
    for (int times = 0; times < 50; ++times) school.join(guest, "sonne 12", kCaps);
    EXPECT_LE(school.commands<colibri::CreateEndpoint>().size(), 2U);
    school.run_for(6s);
    EXPECT_TRUE(Classroom::is_in(guest));
}

}  // namespace
}  // namespace klassenraum::focus::test
