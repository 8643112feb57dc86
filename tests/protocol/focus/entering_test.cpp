// Doors of a room: who may come in, and what they are told (product.md R1–R3, jitsi-signalling.md 3, 4).
#include <gtest/gtest.h>

#include "classroom.hpp"
#include "protocol/focus/limits.hpp"

namespace klassenraum::focus::test {
namespace {

std::string error_of(const Client& client) {
    const xml::Element* error = client.last("presence").child("error");
    return error == nullptr ? "" : error->children().at(0).name();
}

TEST(Entering, GuestWaitsUntilTheTeacherIsIn) {
    Classroom school;
    school.plan();
    Client& guest = school.guest();
    EXPECT_FALSE(school.request(guest));
    const xml::Element& error = *guest.last("iq").child("error");
    EXPECT_EQ(error.attribute("type"), "auth");
    EXPECT_TRUE(error.children().at(0).is("not-authorized", ns::kStanzaErrors));
    Client& teacher = school.cookie_teacher();
    EXPECT_TRUE(school.request(teacher));
    EXPECT_FALSE(school.request(guest)) << "the teacher was told ready, but is not inside";
    school.join(teacher);
    EXPECT_TRUE(school.request(guest));
    school.join(guest, "sonne 12");
    EXPECT_TRUE(Classroom::is_in(guest));
}

TEST(Entering, ReadyAnswerHasTheShapeThatClientsRead) {
    Classroom school;
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.request(teacher));
    const xml::Element& conference = teacher.last("iq").children().at(0);
    EXPECT_EQ(conference.attribute("focusjid"), "focus@auth.school.example");
    EXPECT_EQ(conference.attribute("identity"), "amsel@school.example");
    EXPECT_FALSE(conference.has_attribute("session-id")) << "a teacher known by cookie gets none";
    EXPECT_EQ(conference.attribute("room"), teacher.room_jid());
    EXPECT_EQ(conference.children().at(0).attribute("value"), "true");
}

TEST(Entering, OrderIsFocusOthersSelfSubject) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& guest = school.guest();
    ASSERT_TRUE(school.request(guest));
    guest.take();
    school.join(guest, "sonne 12");
    const std::vector<xml::Element> said = guest.take();
    ASSERT_GE(said.size(), 4U);
    EXPECT_EQ(said[0].attribute("from"), guest.room_jid() + "/focus");
    EXPECT_EQ(said[0].child("x", ns::kMucUser)->child("item")->attribute("jid"), "focus@auth.school.example/focus");
    EXPECT_EQ(said[1].attribute("from"), guest.room_jid() + "/" + teacher.nick);
    EXPECT_EQ(said[1].child("x", ns::kMucUser)->child("item")->attribute("role"), "moderator");
    EXPECT_EQ(said[2].attribute("from"), guest.own_jid());
    const xml::Element& x = said[2].children().back();
    EXPECT_TRUE(x.is("x", ns::kMucUser));
    EXPECT_EQ(x.child("item")->attribute("affiliation"), "none");
    EXPECT_EQ(x.child("item")->attribute("jid"), guest.sender.jid.str());
    EXPECT_EQ(x.child("status")->attribute("code"), "110");
    EXPECT_NE(said[3].child("subject"), nullptr);
    EXPECT_TRUE(teacher.has_text(guest.sender.jid.str()));
}

TEST(Entering, PasswordIsAskedAtEveryDoor) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& guest = school.guest();
    EXPECT_FALSE(school.enter(guest, ""));
    EXPECT_EQ(error_of(guest), "not-authorized");
    EXPECT_EQ(guest.last("presence").child("error")->attribute("type"), "auth");
    guest.take();
    EXPECT_FALSE(school.enter(guest, "mond 12"));
    school.run_for(1s);
    EXPECT_EQ(error_of(guest), "not-authorized");
    EXPECT_TRUE(school.enter(guest, " Sonne\xe2\x80\x93" "12 ")) << "another dash and case are the same password";
    school.leave(guest);
    EXPECT_FALSE(school.enter(guest, "")) << "coming back";
    ASSERT_TRUE(school.enter(guest, "sonne 12"));
    guest.take();
    school.join(guest, "falsch");
    school.run_for(1s);
    EXPECT_EQ(error_of(guest), "not-authorized") << "a second join of the one inside";
    Client& direct = school.guest();
    school.join(direct, "");
    EXPECT_EQ(error_of(direct), "not-authorized") << "without a conference request";
    Client& spelled = school.guest();
    spelled.room = "Amsel%20MATHE";
    EXPECT_FALSE(school.enter(spelled, "")) << "another spelling";
    EXPECT_TRUE(school.enter(spelled, "sonne 12"));
}

TEST(Entering, OldPasswordIsVoidAfterAChange) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    const std::string submit =
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
        "<field var='muc#roomconfig_roomsecret'><value>neu 77</value></field>"
        "<field var='muc#roomconfig_passwordprotectedroom'><value>1</value></field></x></query>";
    Client& guest = school.guest();
    ASSERT_TRUE(school.enter(guest));
    guest.take();
    EXPECT_EQ(school.iq(teacher, "set", teacher.room_jid(), submit), "result");
    EXPECT_TRUE(guest.has_text("code=\"104\""));
    EXPECT_EQ(guest.last("message").attribute("from"), guest.room_jid());
    EXPECT_FALSE(guest.has_text("neu 77"));
    Client& late = school.guest();
    EXPECT_FALSE(school.enter(late, "sonne 12"));
    school.run_for(1s);
    EXPECT_TRUE(school.enter(late, "neu 77"));
}

TEST(Entering, PasswordCannotBeTakenAway) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    for (const std::string& fields :
         {std::string("<field var='muc#roomconfig_roomsecret'><value></value></field>"),
          std::string("<field var='muc#roomconfig_roomsecret'><value> - </value></field>"),
          std::string("<field var='muc#roomconfig_passwordprotectedroom'><value>0</value></field>")}) {
        EXPECT_EQ(school.iq(teacher, "set", teacher.room_jid(),
                            "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
                                fields + "</x></query>"),
                  "not-allowed");
    }
    Client& guest = school.guest();
    EXPECT_FALSE(school.enter(guest, ""));
    EXPECT_TRUE(school.enter(guest, "sonne 12"));
}

TEST(Entering, SelfPresenceRepeatsTheSpellingOctetByOctet) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& guest = school.guest();
    guest.room = "AMSEL%2dMathe";
    ASSERT_TRUE(school.enter(guest));
    for (const xml::Element& stanza : guest.take()) {
        const std::string from(stanza.attribute("from"));
        EXPECT_TRUE(from.starts_with("AMSEL%2dMathe@") || from.starts_with("focus.") ||
                    from.starts_with("speakerstats.") || from.starts_with("metadata.")) << from;
    }
    EXPECT_TRUE(teacher.has_text("amsel-mathe@conference.school.example/" + guest.nick));
    EXPECT_FALSE(teacher.has_text("AMSEL"));
}

TEST(Entering, RoomOfTheAppHasAPasswordThatNobodyKnows) {
    Classroom school;
    Client& teacher = school.cookie_teacher();
    teacher.room = "amsel-neu";
    ASSERT_TRUE(school.enter(teacher));
    EXPECT_TRUE(teacher.has_text("Passwort"));
    Client& guest = school.guest();
    guest.room = "amsel-neu";
    EXPECT_FALSE(school.request(guest));
    school.join(guest, "");
    EXPECT_EQ(error_of(guest), "not-allowed");
    EXPECT_EQ(school.iq(teacher, "set", teacher.room_jid(),
                        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
                        "<field var='muc#roomconfig_roomsecret'><value>wind 3</value></field></x></query>"),
              "result");
    EXPECT_TRUE(school.enter(guest, "wind 3"));
}

TEST(Entering, ForeignAccountIsAGuest) {
    Classroom school;
    school.plan();
    Client& stranger = school.cookie_teacher("drossel");
    EXPECT_FALSE(school.request(stranger)) << "cannot open a room of another prefix";
    EXPECT_EQ(school.conferences().rooms(), 1U);
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    EXPECT_FALSE(school.enter(stranger, ""));
    ASSERT_TRUE(school.enter(stranger, "sonne 12"));
    EXPECT_EQ(stranger.last("presence").name(), "presence");
    EXPECT_FALSE(stranger.has_text("drossel"));
    EXPECT_EQ(school.iq(stranger, "get", stranger.room_jid(), "<query xmlns='http://jabber.org/protocol/muc#owner'/>"),
              "forbidden");
}

TEST(Entering, AccountAddressIsShownToNobody) {
    Classroom school;
    school.plan();
    Client& teacher = school.account_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& guest = school.guest();
    ASSERT_TRUE(school.enter(guest));
    EXPECT_FALSE(guest.has_text("amsel@school.example"));
}

TEST(Entering, NameIsRequiredOfGuestsAndNicksAreEightHexDigits) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& guest = school.guest();
    ASSERT_TRUE(school.request(guest));
    school.send(guest, "<presence xmlns='jabber:client' to='" + guest.own_jid() +
                           "'><x xmlns='http://jabber.org/protocol/muc'><password>sonne 12</password></x></presence>");
    EXPECT_NE(guest.last("presence").child("error")->child("displayname-required", ns::kJitmeet), nullptr);
    const std::string own = guest.nick;
    for (const std::string& nick : {std::string("focus"), std::string("jvb"), std::string("ABCDEF01"), std::string("0123456")}) {
        guest.nick = nick;
        school.join(guest, "sonne 12");
        EXPECT_EQ(error_of(guest), "not-acceptable") << nick;
    }
    guest.nick = teacher.nick;
    school.join(guest, "sonne 12");
    EXPECT_EQ(error_of(guest), "conflict");
    guest.nick = own;
    school.join(guest, "sonne 12");
    EXPECT_TRUE(Classroom::is_in(guest));
    guest.nick = "00000000";
    school.join(guest, "sonne 12");
    EXPECT_EQ(error_of(guest), "not-acceptable") << "a seat keeps its name";
}

TEST(Entering, FullRoomRefusesTheNewcomer) {
    Config config = Classroom::default_config();
    config.max_occupants = 2;
    Classroom school(config);
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& first = school.guest();
    ASSERT_TRUE(school.enter(first));
    Client& second = school.guest();
    EXPECT_FALSE(school.enter(second));
    EXPECT_EQ(error_of(second), "service-unavailable");
    EXPECT_TRUE(Classroom::is_in(first));
}

TEST(Entering, ExistingAndAbsentRoomsLookAlikeFromOutside) {
    Classroom school;
    school.plan();
    Client& guest = school.guest();
    const auto answers = [&](const std::string& room) {
        guest.room = room;
        guest.take();
        school.request(guest);
        school.join(guest, "sonne 12");
        school.iq(guest, "get", guest.room_jid(), "<query xmlns='http://jabber.org/protocol/disco#info'/>");
        school.iq(guest, "set", guest.room_jid() + "/focus", "<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='x'/>");
        std::string all;
        for (xml::Element& stanza : guest.take()) {
            stanza.remove_attribute("id");
            all += xml::write(stanza);
        }
        std::string neutral;
        for (std::size_t at = 0; at < all.size();) {
            if (all.compare(at, room.size(), room) == 0) {
                neutral += "ROOM";
                at += room.size();
            } else {
                neutral += all[at++];
            }
        }
        return neutral;
    };
    EXPECT_EQ(answers("amsel-mathe"), answers("drossel-nichts"));
}

TEST(Entering, WrongPasswordsWaitLongerAndLongerButTheRightOneDoesNot) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& attacker = school.guest();
    ASSERT_TRUE(school.request(attacker));
    attacker.take();
    for (int i = 0; i < 20; ++i) school.join(attacker, "versuch " + std::to_string(i));
    school.join(attacker, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(attacker)) << "not judged before the first refusal went out";
    EXPECT_TRUE(attacker.inbox.empty());
    school.run_for(1s);
    EXPECT_EQ(attacker.inbox.size(), 1U);
    for (int i = 0; i < 3; ++i) {
        school.join(attacker, "noch einer");
        school.run_for(i < 1 ? 900ms : 1900ms);
    }
    EXPECT_LE(attacker.inbox.size(), 3U);
    Client& honest = school.guest();
    EXPECT_TRUE(school.enter(honest));
}

TEST(Entering, ManyStreamsThatGuessAtOnceEndInsteadOfGuessingOn) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    std::vector<Client*> guessers;
    for (std::size_t i = 0; i < kMaxAttemptRecords + 10; ++i) {
        guessers.push_back(&school.guest());
        ASSERT_TRUE(school.request(*guessers.back()));
        school.join(*guessers.back(), "geraten " + std::to_string(i));
    }
    for (std::size_t i = 0; i < guessers.size(); ++i) EXPECT_EQ(guessers[i]->dismissed, i < 10) << i;
    // A right password never waits, and who typed a wrong one long ago is not put out for the others.
    EXPECT_TRUE(school.enter(school.guest()));
    school.run_for(40s);
    school.join(*guessers[20], "geraten");
    school.guest();
    Client& late = school.guest();
    ASSERT_TRUE(school.request(late));
    school.join(late, "vertippt");
    EXPECT_FALSE(guessers[10]->dismissed || guessers[20]->dismissed || late.dismissed);
}

}  // namespace
}  // namespace klassenraum::focus::test
