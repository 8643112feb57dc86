// The lobby: password first, then an owner's yes (decisions.md 10; threats.md M2, M3, M10).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

struct Door {
    Classroom school;
    Client& teacher;
    Client& waiting;
    Client& other;

    Door() : teacher(school.cookie_teacher()), waiting(school.guest()), other(school.guest()) {
        school.plan();
        if (!school.enter(teacher, "")) throw std::runtime_error("enter");
        school.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
        visit(teacher);
    }
    static std::string lobby_of(const Client& client) { return client.room + "@lobby.school.example/" + client.nick; }
    void visit(Client& client) {
        school.send(client, "<presence xmlns='jabber:client' to='" + lobby_of(client) + "'><x xmlns='" + std::string(ns::kMuc) +
                                "'/><nick xmlns='" + std::string(ns::kNick) + "'>Name " + client.nick + "</nick></presence>");
    }
    static bool waits(const Client& client) {
        for (auto at = client.inbox.rbegin(); at != client.inbox.rend(); ++at) {
            if (at->name() == "presence" && at->attribute("from") == lobby_of(client)) return !at->has_attribute("type");
        }
        return false;
    }
    void knock(Client& client, const std::string& password = "sonne 12") {
        school.request(client);
        school.join(client, password);
        school.run_for(10s);
        visit(client);
    }
    void invite(Client& by, const Client& guest) {
        school.send(by, "<message xmlns='jabber:client' to='" + by.room_jid() + "'><x xmlns='" + std::string(ns::kMucUser) +
                            "'><invite to='" + guest.sender.jid.str() + "'/></x></message>");
    }
};

TEST(Lobby, LetsInWhoKnowsThePasswordAndGetsAYes) {
    Door door;
    door.knock(door.waiting);
    const std::string refusal = xml::write(door.waiting.inbox.at(1));
    EXPECT_NE(refusal.find("<registration-required"), std::string::npos);
    EXPECT_NE(refusal.find(">amsel-mathe@lobby.school.example</lobbyroom>"), std::string::npos);
    EXPECT_TRUE(Door::waits(door.waiting));
    EXPECT_TRUE(door.teacher.has_text(door.waiting.sender.jid.str()));
    EXPECT_EQ(door.school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).details->waiting.size(), 1U);
    door.school.join(door.waiting, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(door.waiting)) << "not without the yes";
    door.invite(door.teacher, door.waiting);
    EXPECT_TRUE(door.waiting.has_text("<invite"));
    EXPECT_FALSE(door.waiting.has_text("sonne"));
    ASSERT_TRUE(door.school.request(door.waiting));
    door.school.join(door.waiting);
    EXPECT_TRUE(Classroom::is_in(door.waiting));
}

TEST(Lobby, IsNoWayAroundThePassword) {
    Door door;
    door.visit(door.other);
    EXPECT_FALSE(Door::waits(door.other)) << "nobody waits who did not show it";
    door.knock(door.other, "falsch");
    EXPECT_FALSE(Door::waits(door.other));
    door.knock(door.waiting);
    door.school.ask(SetPassword{{}, "amsel", "amsel-mathe", "mond 7"});
    door.invite(door.teacher, door.waiting);
    door.school.request(door.waiting);
    door.school.join(door.waiting);
    EXPECT_FALSE(Classroom::is_in(door.waiting)) << "it changed in between";
    door.school.join(door.waiting, "mond 7");
    EXPECT_TRUE(Classroom::is_in(door.waiting));
}

TEST(Lobby, PeopleInItSeeAndReachNobody) {
    Door door;
    door.knock(door.waiting);
    door.knock(door.other);
    EXPECT_FALSE(door.waiting.has_text(door.other.nick));
    EXPECT_FALSE(door.other.has_text(door.waiting.nick));
    EXPECT_FALSE(door.other.has_text(door.teacher.nick));
    door.invite(door.waiting, door.waiting);
    door.school.request(door.waiting);
    door.school.join(door.waiting, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(door.waiting)) << "nobody admits itself";
    door.school.send(door.waiting, "<message xmlns='jabber:client' type='groupchat' to='amsel-mathe@lobby.school.example'>"
                                   "<body>psst</body></message>");
    EXPECT_FALSE(door.other.has_text("psst") || door.teacher.has_text("psst"));
    EXPECT_EQ(door.school.iq(door.waiting, "set", "amsel-mathe@lobby.school.example",
                             "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + door.other.nick +
                                 "' role='none'/></query>"),
              "forbidden");
    EXPECT_TRUE(Door::waits(door.other));
}

TEST(Lobby, NoIsNo) {
    Door door;
    door.knock(door.waiting);
    EXPECT_EQ(door.school.iq(door.teacher, "set", "amsel-mathe@lobby.school.example",
                             "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + door.waiting.nick +
                                 "' role='none'/></query>"),
              "result");
    EXPECT_FALSE(Door::waits(door.waiting));
    EXPECT_TRUE(door.waiting.has_text("code=\"307\""));
    door.invite(door.teacher, door.waiting);
    door.school.request(door.waiting);
    door.school.join(door.waiting, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(door.waiting));
}

TEST(Lobby, OpeningTheDoorLetsThemIn) {
    Door door;
    door.knock(door.waiting);
    door.school.ask(ShutDoor{{}, "amsel", "amsel-mathe", false});
    EXPECT_TRUE(door.waiting.has_text("destroy jid=\"amsel-mathe@conference.school.example\""));
    door.school.request(door.waiting);
    door.school.join(door.waiting);
    EXPECT_TRUE(Classroom::is_in(door.waiting)) << "the password was shown already";
}

TEST(Lobby, EndsWithTheRoom) {
    Door door;
    door.knock(door.waiting);
    door.school.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_TRUE(door.waiting.has_text("<destroy>"));
    EXPECT_FALSE(Door::waits(door.waiting));
}

TEST(Lobby, IsShutByTheJitsiFormAndShownToOwners) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    Client& guest = school.guest();
    ASSERT_TRUE(school.enter(teacher, "") && school.enter(guest));
    const auto submit = [&](Client& client, const std::string& value) {
        return school.iq(client, "set", client.room_jid(),
                         "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
                         "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                         "<field var='muc#roomconfig_membersonly'><value>" + value + "</value></field></x></query>");
    };
    const auto info = [&](Client& client) {
        school.iq(client, "get", client.room_jid(), "<query xmlns='http://jabber.org/protocol/disco#info'/>");
        return xml::write(client.last("iq"));
    };
    EXPECT_EQ(submit(guest, "true"), "forbidden");
    EXPECT_EQ(submit(teacher, "true"), "result");
    EXPECT_NE(info(teacher).find("amsel-mathe@lobby.school.example"), std::string::npos);
    EXPECT_NE(info(guest).find("muc_membersonly"), std::string::npos);
    EXPECT_EQ(info(guest).find("lobby.school.example"), std::string::npos);
    EXPECT_EQ(submit(teacher, "false"), "result");
    EXPECT_NE(info(guest).find("muc_open"), std::string::npos);
}

}  // namespace
}  // namespace klassenraum::focus::test
