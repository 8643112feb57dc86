// Breakout rooms as Jitsi clients speak of them (jitsi-signalling.md 6.5), under the rules of their lesson.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

namespace json = boost::json;

constexpr const char* kMain = "amsel-mathe@conference.school.example";

json::value last_event(const Client& client, std::string_view event) {
    json::value found;
    for (const xml::Element& stanza : client.inbox) {
        const xml::Element* message = stanza.child("json-message", ns::kJitmeet);
        if (message == nullptr || stanza.attribute("from") != "breakout.school.example") continue;
        const json::value value = json::parse(message->text());
        if (value.at("event").as_string() == "features/breakout-rooms/" + std::string(event)) found = value;
    }
    return found;
}

struct Groups {
    Classroom school;
    Client& teacher;
    Client& guest;
    Client& other;

    explicit Groups(const RoomPolicy& policy = Classroom::default_config().policy)
        : teacher(school.cookie_teacher()), guest(school.guest()), other(school.guest()) {
        CreateRoom create{{}, "amsel", "Mathe", "sonne 12", "amsel-mathe"};
        create.policy = policy;
        if (school.ask(create).error != RoomError::None) throw std::runtime_error("plan");
        if (!school.enter(teacher, "", kCaps) || !school.enter(guest, "sonne 12", kCaps) || !school.enter(other, "sonne 12", kCaps)) {
            throw std::runtime_error("enter");
        }
        take();
    }
    void take() {
        for (Client& client : school.clients()) client.take();
    }
    void command(Client& by, const std::string& type, const std::string& attributes) {
        school.send(by, "<message xmlns='jabber:client' to='breakout.school.example'><breakout_rooms type='features/breakout-rooms/" +
                            type + "' " + attributes + "/></message>");
    }
    json::value roster(Client& seen_by) {
        school.run_for(1s);
        return last_event(seen_by, "update");
    }
    // The new group's address.
    std::string add(const std::string& name = "Gruppe Wale") {
        command(teacher, "add", "subject='" + name + "'");
        const json::value told = roster(teacher);
        std::string address;
        for (const auto& [id, room] : told.at("rooms").as_object()) {
            if (room.at("name").as_string() == name) address = std::string(room.at("jid").as_string());
        }
        return address;
    }
    void move(Client& by, const Client& person, const std::string& to) {
        command(by, "move-to-room", "participantJid='" + person.own_jid() + "' roomJid='" + to + "'");
    }
    static void spell(Client& client, const std::string& address) {
        client.room = address.substr(0, address.find('@'));
        client.domain = address.substr(address.find('@') + 1);
    }
    // As Jitsi clients do: leave with its word, ask, join; without a password.
    bool walk(Client& client, const std::string& to, bool leaves = true) {
        if (leaves) school.leave(client, "switch_room");
        spell(client, to);
        if (!school.request(client)) return false;
        school.join(client);
        return Classroom::is_in(client);
    }
    bool hears(Client& speaker, const Client& listener, const std::string& text) {
        school.send(speaker, "<message xmlns='jabber:client' type='groupchat' id='m' to='" + speaker.room_jid() + "'><body>" + text +
                                 "</body></message>");
        return listener.has_text(text);
    }
    RoomState state() { return school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).state; }
    std::vector<Person> people() { return school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).details->people; }
};

TEST(BreakoutRooms, AreMadeByATeacherAndToldToEverybody) {
    Groups lesson;
    const std::string group = lesson.add();
    ASSERT_NE(group, "");
    EXPECT_TRUE(group.ends_with("@breakout.school.example"));
    const json::value told = lesson.roster(lesson.guest);
    EXPECT_EQ(told.at("roomCounter"), 1);
    const json::value& main = told.at("rooms").at("amsel-mathe");
    EXPECT_TRUE(main.at("isMainRoom").as_bool());
    EXPECT_EQ(main.at("jid"), kMain);
    EXPECT_EQ(main.at("participants").as_object().size(), 3U);
    const json::value& person = main.at("participants").at(lesson.teacher.own_jid());
    EXPECT_EQ(person.at("role"), "moderator");
    EXPECT_NE(person.at("jid").as_string().find("@guest."), json::string::npos);
}

TEST(BreakoutRooms, AreNobodyElsesToMakeMoveRenameOrRemove) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.take();
    lesson.command(lesson.guest, "add", "subject='Bande'");
    lesson.move(lesson.guest, lesson.other, group);
    lesson.command(lesson.guest, "rename", "breakoutRoomJid='" + group + "' subject='Bande'");
    lesson.command(lesson.guest, "remove", "breakoutRoomJid='" + group + "'");
    lesson.school.run_for(20s);
    for (Client* client : {&lesson.teacher, &lesson.guest, &lesson.other}) EXPECT_TRUE(client->inbox.empty());
    lesson.move(lesson.teacher, lesson.guest, group);
    EXPECT_TRUE(lesson.walk(lesson.guest, group));
}

TEST(BreakoutRooms, TakeWhoIsSentThereWithoutAPasswordAndNobodyElse) {
    Groups lesson;
    const std::string group = lesson.add();
    EXPECT_FALSE(lesson.walk(lesson.guest, group));  // guests do not wander
    EXPECT_TRUE(lesson.guest.has_text("reservation-error"));
    EXPECT_TRUE(lesson.walk(lesson.guest, kMain, false));
    lesson.take();
    lesson.move(lesson.teacher, lesson.guest, group);
    EXPECT_EQ(last_event(lesson.guest, "move-to-room").at("roomJid").as_string(), group);
    EXPECT_TRUE(lesson.walk(lesson.guest, group));
    Client& stranger = lesson.school.guest();
    Groups::spell(stranger, group);
    EXPECT_FALSE(lesson.school.request(stranger));
    lesson.school.join(stranger);
    EXPECT_FALSE(Classroom::is_in(stranger));
    lesson.school.join(stranger, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(stranger));
    EXPECT_TRUE(lesson.walk(lesson.teacher, group));
    EXPECT_EQ(lesson.people().at(1).group, "Gruppe Wale");
}

// lib-jitsi-meet of 2022 leaves without a word.
TEST(BreakoutRooms, TakeClientsThatDoNotSaySwitchRoomIfTheyWereSent) {
    Groups lesson;
    const std::string group = lesson.add();
    const auto walk = [&](Client& client, const std::string& to) {
        lesson.school.leave(client);
        return lesson.walk(client, to, false);
    };
    EXPECT_FALSE(walk(lesson.other, group)) << "nobody sent it";
    lesson.move(lesson.teacher, lesson.guest, group);
    EXPECT_TRUE(walk(lesson.guest, group));
    lesson.move(lesson.teacher, lesson.teacher, group);
    EXPECT_TRUE(walk(lesson.teacher, group));
    EXPECT_FALSE(lesson.guest.has_text("Der Klassenraum schließt")) << "the teacher was on the way";
    lesson.command(lesson.teacher, "remove", "breakoutRoomJid='" + group + "'");
    EXPECT_TRUE(walk(lesson.guest, kMain));
    EXPECT_TRUE(walk(lesson.teacher, kMain));
    EXPECT_FALSE(lesson.guest.has_text("Der Klassenraum schließt"));
    lesson.school.leave(lesson.teacher);
    EXPECT_TRUE(lesson.guest.has_text("Der Klassenraum schließt")) << "who was not sent has left";
}

TEST(BreakoutRooms, KnowWhoWasSentOutAlsoByARequestThatIsRefused) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.school.iq(lesson.teacher, "set", lesson.teacher.room_jid(),
                     "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + lesson.guest.nick + "' role='none'/></query>");
    Client& again = lesson.school.guest();
    again.machine = lesson.guest.machine;
    Groups::spell(again, group);
    EXPECT_FALSE(lesson.school.request(again));
    Groups::spell(again, kMain);
    lesson.school.join(again, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(again));
}

TEST(BreakoutRooms, HearFromTheTeacherHowLongTheyHave) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    lesson.take();
    lesson.command(lesson.other, "notice", "minutes='9'");
    for (const char* wrong : {"", "-1", "viel", "9999", "5x"}) {
        lesson.command(lesson.teacher, "notice", "minutes='" + std::string(wrong) + "'");
    }
    EXPECT_TRUE(lesson.guest.inbox.empty());
    lesson.command(lesson.teacher, "notice", "minutes='5'");
    EXPECT_TRUE(lesson.guest.has_text("Noch 5 Minuten in den Gruppen."));
    lesson.command(lesson.teacher, "notice", "minutes='1'");
    EXPECT_TRUE(lesson.guest.has_text("Noch eine Minute in den Gruppen."));
    lesson.command(lesson.teacher, "notice", "minutes='0'");
    EXPECT_TRUE(lesson.guest.has_text("Die Gruppen schließen gleich."));
    EXPECT_TRUE(lesson.other.inbox.empty());
}

TEST(BreakoutRooms, LetGuestsWanderOnlyWhereTheTeacherAllowsIt) {
    RoomPolicy policy;
    policy.choose_group = true;
    Groups lesson(policy);
    const std::string one = lesson.add("Eins");
    const std::string two = lesson.add("Zwei");
    EXPECT_TRUE(lesson.walk(lesson.guest, one));
    EXPECT_TRUE(lesson.walk(lesson.guest, two));
    EXPECT_TRUE(lesson.walk(lesson.guest, kMain));
}

TEST(BreakoutRooms, HaveTheirOwnChatAndMediaAndTheTeachersRole) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    lesson.school.forget_commands();
    lesson.take();
    ASSERT_TRUE(lesson.walk(lesson.teacher, group));
    EXPECT_TRUE(lesson.teacher.has_text("role=\"moderator\""));
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.teacher, "nur in der Gruppe"));
    EXPECT_FALSE(lesson.other.has_text("nur in der Gruppe"));
    const auto created = lesson.school.commands<colibri::CreateEndpoint>();
    ASSERT_EQ(created.size(), 2U);
    EXPECT_EQ(created[0].conference, created[1].conference);
    const std::string answer = lesson.school.iq(lesson.guest, "get", lesson.guest.room_jid(),
                                                "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    EXPECT_EQ(answer, "result");
    EXPECT_TRUE(lesson.guest.has_text("muc#roominfo_isbreakout"));
    EXPECT_TRUE(lesson.guest.has_text(kMain));
}

TEST(BreakoutRooms, KeepTheLessonOpenWhileATeacherIsInOne) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.take();
    ASSERT_TRUE(lesson.walk(lesson.teacher, group));
    lesson.school.run_for(60s);
    EXPECT_EQ(lesson.state(), RoomState::Open);
    EXPECT_FALSE(lesson.guest.has_text("Die Lehrkraft hat den Raum verlassen"));
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.other, "hier geht es weiter"));
    lesson.school.leave(lesson.teacher);
    EXPECT_EQ(lesson.state(), RoomState::Orphaned);
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "jetzt nicht mehr"));
}

TEST(BreakoutRooms, ATeacherWhoLeavesForAGroupAndNeverArrivesIsGone) {
    Groups lesson;
    lesson.add();
    lesson.school.leave(lesson.teacher, "switch_room");
    EXPECT_EQ(lesson.state(), RoomState::Open);
    lesson.school.run_for(5s);
    EXPECT_EQ(lesson.state(), RoomState::Orphaned);
}

TEST(BreakoutRooms, FreezeAndCallBackWhenNobodyTeaches) {
    Groups lesson;
    const std::string group = lesson.add();
    for (Client* client : {&lesson.guest, &lesson.other}) {
        lesson.move(lesson.teacher, *client, group);
        ASSERT_TRUE(lesson.walk(*client, group));
    }
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.other, "vorher"));
    lesson.take();
    lesson.school.interrupt(lesson.teacher);
    lesson.school.run_for(11s);
    EXPECT_EQ(lesson.state(), RoomState::Orphaned);
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "nachher"));
    EXPECT_TRUE(lesson.guest.has_text("Die Verbindung zur Lehrkraft ist unterbrochen"));
    EXPECT_EQ(last_event(lesson.guest, "move-to-room").at("roomJid").as_string(), kMain);
    EXPECT_TRUE(lesson.walk(lesson.guest, kMain));  // though nobody new may enter now
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "auch hier nicht"));
    lesson.school.resume(lesson.teacher);
    EXPECT_EQ(lesson.state(), RoomState::Open);
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.teacher, "wieder da"));
}

TEST(BreakoutRooms, EndWithTheLessonForEverybody) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    ASSERT_TRUE(lesson.walk(lesson.teacher, group));
    lesson.school.send(lesson.teacher, "<message xmlns='jabber:client' to='endconference.school.example'><end_conference/></message>");
    EXPECT_FALSE(Classroom::is_in(lesson.guest));
    EXPECT_FALSE(Classroom::is_in(lesson.other));
    lesson.school.run_for(3s);
    EXPECT_TRUE(lesson.guest.dismissed);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
    EXPECT_FALSE(lesson.school.conferences().deadline().has_value());
}

TEST(BreakoutRooms, BringEverybodyBackWhenTheyAreClosed) {
    Groups lesson;
    const std::string group = lesson.add();
    for (Client* client : {&lesson.guest, &lesson.other}) {
        lesson.move(lesson.teacher, *client, group);
        ASSERT_TRUE(lesson.walk(*client, group));
    }
    lesson.take();
    lesson.command(lesson.teacher, "remove", "breakoutRoomJid='" + group + "'");
    EXPECT_EQ(last_event(lesson.guest, "move-to-room").at("roomJid").as_string(), kMain);
    EXPECT_TRUE(lesson.walk(lesson.guest, kMain));
    lesson.school.run_for(11s);  // the other one does not obey
    EXPECT_FALSE(Classroom::is_in(lesson.other));
    EXPECT_FALSE(lesson.other.dismissed);
    EXPECT_TRUE(lesson.other.has_text("<destroy jid=\"amsel-mathe@conference.school.example\""));
    EXPECT_EQ(last_event(lesson.teacher, "update").at("rooms").as_object().size(), 1U);
    EXPECT_TRUE(lesson.walk(lesson.other, kMain, false));
}

TEST(BreakoutRooms, PutOutWhoDoesNotGoWhereItIsSent) {
    Groups lesson;
    const std::string one = lesson.add("Eins");
    const std::string two = lesson.add("Zwei");
    lesson.move(lesson.teacher, lesson.guest, one);
    ASSERT_TRUE(lesson.walk(lesson.guest, one));
    lesson.move(lesson.teacher, lesson.guest, two);
    lesson.school.run_for(9s);
    EXPECT_TRUE(Classroom::is_in(lesson.guest));
    lesson.school.run_for(2s);
    EXPECT_FALSE(Classroom::is_in(lesson.guest));
    EXPECT_TRUE(lesson.walk(lesson.guest, two, false));
}

TEST(BreakoutRooms, SendWhoComesBackToItsOwnGroup) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    lesson.school.end_session(lesson.guest, Departure::Lost);
    Client& again = lesson.school.guest();
    again.machine = lesson.guest.machine;
    Groups::spell(again, group);
    EXPECT_FALSE(lesson.school.request(again));  // first into the lesson, with its password
    Groups::spell(again, kMain);
    ASSERT_TRUE(lesson.school.enter(again));
    EXPECT_EQ(last_event(again, "move-to-room").at("roomJid").as_string(), group);
    EXPECT_TRUE(lesson.walk(again, group));
}

TEST(BreakoutRooms, ThePasswordsChangeKeepsThoseInsideAndStopsWhoWasOnTheWay) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    ASSERT_EQ(lesson.school.ask(SetPassword{{}, "amsel", "amsel-mathe", "mond 34"}).error, RoomError::None);
    EXPECT_TRUE(lesson.walk(lesson.guest, kMain));
    lesson.school.leave(lesson.guest, "switch_room");
    ASSERT_EQ(lesson.school.ask(SetPassword{{}, "amsel", "amsel-mathe", "stern 56"}).error, RoomError::None);
    lesson.school.join(lesson.guest);
    EXPECT_FALSE(Classroom::is_in(lesson.guest));
    lesson.school.join(lesson.guest, "stern 56");
    EXPECT_TRUE(Classroom::is_in(lesson.guest));
    lesson.school.leave(lesson.guest, "switch_room");
    lesson.school.run_for(16s);
    lesson.school.join(lesson.guest);
    EXPECT_FALSE(Classroom::is_in(lesson.guest)) << "nobody is on the way for that long";
}

TEST(BreakoutRooms, KickFromAGroupIsAKickFromTheLesson) {
    Groups lesson;
    const std::string group = lesson.add();
    lesson.move(lesson.teacher, lesson.guest, group);
    ASSERT_TRUE(lesson.walk(lesson.guest, group));
    ASSERT_TRUE(lesson.walk(lesson.teacher, group));
    EXPECT_EQ(lesson.school.iq(lesson.teacher, "set", lesson.teacher.room_jid(),
                               "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + lesson.guest.nick +
                                   "' role='none'/></query>"),
              "result");
    EXPECT_FALSE(Classroom::is_in(lesson.guest));
    Client& again = lesson.school.guest();
    again.machine = lesson.guest.machine;
    EXPECT_FALSE(lesson.school.request(again));
}

TEST(BreakoutRooms, FollowTheRulesOfTheLesson) {
    Groups lesson;
    const std::string group = lesson.add();
    for (Client* client : {&lesson.guest, &lesson.other}) {
        lesson.move(lesson.teacher, *client, group);
        ASSERT_TRUE(lesson.walk(*client, group));
    }
    lesson.school.ask(QuietRoom{{}, "amsel", "amsel-mathe", true});
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "leise"));
    lesson.school.ask(QuietRoom{{}, "amsel", "amsel-mathe", false});
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.other, "laut"));
    RoomPolicy policy;
    policy.chat = false;
    lesson.school.ask(SetPolicy{{}, "amsel", "amsel-mathe", policy});
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "kein Chat"));
    lesson.take();
    ASSERT_TRUE(lesson.walk(lesson.teacher, group));
    lesson.school.send(lesson.teacher,
                       "<message xmlns='jabber:client' to='avmoderation.school.example'><av_moderation enable='true' "
                       "mediaType='audio'/></message>");
    EXPECT_TRUE(lesson.guest.has_json("\"mediaType\":\"audio\",\"enabled\":true"));
}

TEST(BreakoutRooms, HaveBounds) {
    Groups lesson;
    for (int at = 0; at < 60; ++at) lesson.command(lesson.teacher, "add", "subject=''");
    EXPECT_EQ(lesson.roster(lesson.teacher).at("rooms").as_object().size(), 51U);
    Config config = Classroom::default_config();
    config.max_occupants = 3;
    Classroom small(config);
    small.plan();
    Client& teacher = small.cookie_teacher();
    ASSERT_TRUE(small.enter(teacher, ""));
    small.send(teacher, "<message xmlns='jabber:client' to='breakout.school.example'><breakout_rooms "
                        "type='features/breakout-rooms/add' subject='x'/></message>");
    small.run_for(1s);
    const json::value told = last_event(teacher, "update");
    std::string group;
    for (const auto& [id, room] : told.at("rooms").as_object()) {
        if (id != "amsel-mathe") group = std::string(room.at("jid").as_string());
    }
    Groups::spell(teacher, group);
    small.join(teacher);
    EXPECT_TRUE(Classroom::is_in(teacher));
    EXPECT_TRUE(small.enter(small.guest()));
    EXPECT_TRUE(small.enter(small.guest()));
    EXPECT_FALSE(small.enter(small.guest())) << "a class is counted with those in its groups";
}

TEST(BreakoutRooms, AreAnnouncedAndAnswerClientsThatAsk) {
    Groups lesson;
    EXPECT_EQ(lesson.school.iq(lesson.guest, "get", "breakout.school.example",
                               "<query xmlns='http://jabber.org/protocol/disco#info' node='breakout_rooms'/>"),
              "result");
    EXPECT_TRUE(lesson.guest.has_text("#rename"));
    EXPECT_EQ(Config::for_domain("x").components().back(), std::make_pair(std::string("breakout_rooms"), std::string("breakout.x")));
}

}  // namespace
}  // namespace klassenraum::focus::test
