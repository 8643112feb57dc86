// Every privileged stanza from everybody (threats.md M5), and no order of events that makes a guest a moderator (M1, M14).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

struct Privileged {
    std::string name;
    std::string type;
    std::string to;  // appended to the room's address
    std::string payload;
    std::string owner;  // the answer to each; "result" or the error
    std::string guest;
};

std::string admin(const std::string& item) {
    return "<query xmlns='http://jabber.org/protocol/muc#admin'>" + item + "</query>";
}
std::string owner_form(const std::string& content) {
    return "<query xmlns='http://jabber.org/protocol/muc#owner'>" + content + "</query>";
}

class Roles : public ::testing::Test {
protected:
    Classroom school;
    Client& teacher = school.cookie_teacher();
    Client& guest = school.guest();
    Client& victim = school.guest();
    Client& outsider = school.guest();

    void SetUp() override {
        school.plan();
        ASSERT_TRUE(school.enter(teacher));
        ASSERT_TRUE(school.enter(guest));
        ASSERT_TRUE(school.enter(victim));
    }
    std::vector<Privileged> table() const {
        const std::string& nick = victim.nick;
        const std::string jid = victim.sender.jid.bare();
        const std::string mute = "<mute xmlns='http://jitsi.org/jitmeet/audio' jid='" + teacher.room_jid() + "/" + nick + "'>";
        return {
            {"form", "get", "", owner_form(""), "result", "forbidden"},
            {"password", "set", "",
             owner_form("<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_roomsecret'><value>sonne 12</value>"
                        "</field></x>"),
             "result", "forbidden"},
            {"cancel", "set", "", owner_form("<x xmlns='jabber:x:data' type='cancel'/>"), "result", "forbidden"},
            {"destroy", "set", "", owner_form("<destroy/>"), "bad-request", "forbidden"},
            {"promote", "set", "", admin("<item affiliation='owner' jid='" + jid + "'/>"), "forbidden", "forbidden"},
            {"promote by admin", "set", "", admin("<item affiliation='admin' jid='" + jid + "'/>"), "forbidden", "forbidden"},
            {"promote by role", "set", "", admin("<item role='moderator' nick='" + nick + "'/>"), "forbidden", "forbidden"},
            {"promote self", "set", "", admin("<item affiliation='owner' jid='" + guest.sender.jid.bare() + "'/>"), "forbidden",
             "forbidden"},
            {"member", "set", "", admin("<item affiliation='member' jid='" + jid + "'/>"), "result", "forbidden"},
            {"outcast", "set", "", admin("<item affiliation='outcast' jid='" + jid + "'/>"), "not-allowed", "forbidden"},
            {"kick a moderator", "set", "", admin("<item role='none' nick='" + teacher.nick + "'/>"), "not-allowed", "forbidden"},
            {"mute another", "set", "/focus", mute + "true</mute>", "result", "not-allowed"},
            {"unmute another", "set", "/focus", mute + "false</mute>", "not-allowed", "not-allowed"},
            {"mute nobody", "set", "/focus", "<mute xmlns='http://jitsi.org/jitmeet/audio'>true</mute>", "bad-request",
             "bad-request"},
            {"peer-to-peer", "set", "/" + nick, "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='p'/>",
             "service-unavailable", "service-unavailable"},
            {"ping", "get", "/" + nick, "<ping xmlns='urn:xmpp:ping'/>", "result", "result"},
            {"nobody", "get", "/00000000", "<ping xmlns='urn:xmpp:ping'/>", "item-not-found", "item-not-found"},
            {"recording", "set", "/focus", "<jibri xmlns='http://jitsi.org/protocol/jibri' action='start'/>",
             "service-unavailable", "service-unavailable"},
            {"kick", "set", "", admin("<item role='none' nick='" + nick + "'/>"), "result", "forbidden"},
        };
    }
};

TEST_F(Roles, GuestsAreRefusedEveryPrivilegeAndOwnersHaveTheirs) {
    for (const Privileged& one : table()) {
        EXPECT_EQ(school.iq(guest, one.type, guest.room_jid() + one.to, one.payload), one.guest) << one.name << " by a guest";
        EXPECT_EQ(school.iq(outsider, one.type, outsider.room_jid() + one.to, one.payload), "item-not-found")
            << one.name << " by an outsider";
        const std::string absent = "amsel-nichts@conference.school.example";
        EXPECT_EQ(school.iq(teacher, one.type, absent + one.to, one.payload), "item-not-found") << one.name << " elsewhere";
    }
    for (const Privileged& one : table()) {
        EXPECT_EQ(school.iq(teacher, one.type, teacher.room_jid() + one.to, one.payload), one.owner) << one.name << " by the owner";
    }
    EXPECT_FALSE(guest.has_text("sonne 12"));
    EXPECT_TRUE(teacher.has_text("sonne 12"));
}

TEST_F(Roles, MuteIsPassedOnFromTheFocus) {
    victim.take();
    ASSERT_EQ(school.iq(teacher, "set", teacher.room_jid() + "/focus",
                        "<mute xmlns='http://jitsi.org/jitmeet/video' jid='" + teacher.room_jid() + "/" + victim.nick +
                            "'>true</mute>"),
              "result");
    const xml::Element& iq = victim.last("iq");
    EXPECT_EQ(iq.attribute("from"), victim.room_jid() + "/focus");
    EXPECT_TRUE(iq.child("mute", ns::kJitmeetVideo) != nullptr);
    EXPECT_EQ(iq.child("mute")->attribute("actor"), victim.room_jid() + "/" + teacher.nick);
}

TEST_F(Roles, MessagesReachWhomTheyShould) {
    const auto message = [](const std::string& to, const std::string& type, const std::string& children) {
        return "<message xmlns='jabber:client' id='a1' type='" + type + "' to='" + to + "'>" + children + "</message>";
    };
    school.send(guest, message(guest.room_jid(), "groupchat", "<body>alle</body><reply to='z'/><x xmlns='evil'/>"));
    for (const Client* client : {&teacher, &guest, &victim}) {
        const xml::Element& seen = client->last("message");
        EXPECT_EQ(seen.attribute("from"), client->room_jid() + "/" + guest.nick);
        EXPECT_EQ(seen.attribute("id"), "a1");
        EXPECT_NE(seen.child("reply", ns::kReply), nullptr);
        EXPECT_EQ(seen.child("x"), nullptr);
    }
    teacher.take();
    victim.take();
    school.send(guest, message(guest.room_jid() + "/" + victim.nick, "chat", "<body>leise</body>"));
    EXPECT_TRUE(victim.has_text("leise"));
    EXPECT_FALSE(teacher.has_text("leise"));
    school.send(guest, message(guest.room_jid(), "groupchat", "<subject>meins</subject>"));
    EXPECT_NE(guest.last("message").child("error"), nullptr);
    school.send(teacher, message(teacher.room_jid(), "groupchat", "<subject>Brüche</subject>"));
    EXPECT_TRUE(victim.has_text("Brüche"));
    const std::string retract = "<retract xmlns='urn:xmpp:message-retract:1' id='a1'/>";
    victim.take();
    school.send(victim, message(victim.room_jid(), "groupchat", retract));
    EXPECT_NE(victim.last("message").child("error"), nullptr) << "not the author";
    school.send(guest, message(guest.room_jid(), "groupchat", retract));
    EXPECT_TRUE(victim.has_text("<retract"));
    teacher.take();
    school.send(outsider, message(outsider.room_jid(), "groupchat", "<body>draußen</body>"));
    school.send(outsider, message(outsider.room_jid() + "/" + teacher.nick, "chat", "<body>draußen</body>"));
    EXPECT_TRUE(teacher.inbox.empty());
    school.send(guest, message(guest.room_jid(), "groupchat", "<json-message xmlns='http://jitsi.org/jitmeet'>{x</json-message>"));
    EXPECT_TRUE(teacher.inbox.empty()) << "not JSON";
}

TEST_F(Roles, PresenceIsRebuiltAndOnlyAboutOneself) {
    teacher.take();
    school.send(guest, "<presence xmlns='jabber:client' to='" + guest.own_jid() +
                           "'><email>a@b</email><avatar-url>http://x</avatar-url><userId>7</userId>"
                           "<identity><user><name>Rektor</name></user></identity>"
                           "<conference-properties xmlns='http://jitsi.org/protocol/focus'/>"
                           "<x xmlns='http://jabber.org/protocol/muc#user'><item role='moderator'/></x>"
                           "<SourceInfo>{&quot;" + guest.nick + "-a0&quot;:{&quot;muted&quot;:true,&quot;evil&quot;:1},&quot;" +
                           teacher.nick + "-a0&quot;:{&quot;muted&quot;:true}}</SourceInfo></presence>");
    const xml::Element& seen = teacher.last("presence");
    const std::string text = xml::write(seen);
    for (const std::string piece : {"email", "avatar", "userId", "Rektor", "conference-properties", "evil", "moderator"}) {
        EXPECT_EQ(text.find(piece), std::string::npos) << piece;
    }
    EXPECT_EQ(seen.child("SourceInfo")->text(), "{\"" + guest.nick + "-a0\":{\"muted\":true}}");
    EXPECT_EQ(seen.child("nick", ns::kNick)->text(), "Name " + guest.nick) << "a name once given stays";
}

TEST(RandomOrder, NoGuestEverBecomesAModeratorAndNobodySpeaksWithoutOne) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Classroom school(Classroom::default_config(), seed);
        SeededEntropy dice(seed);
        school.features.clear();
        school.plan();
        std::vector<Client*> guests;
        std::vector<Client*> teachers;
        for (int i = 0; i < 4; ++i) guests.push_back(&school.guest());
        for (int i = 0; i < 2; ++i) teachers.push_back(&school.cookie_teacher());
        teachers.push_back(&school.account_teacher());
        std::string stolen;
        for (int step = 0; step < 300; ++step) {
            const bool by_guest = dice.below(3) != 0;
            Client& actor = by_guest ? *guests[dice.below(4)] : *teachers[dice.below(3)];
            const std::string target = school.clients().at(dice.below(7)).nick;
            switch (dice.below(12)) {
                case 0: school.request(actor); break;
                case 1: school.request(actor, stolen.empty() ? "x" : stolen); break;
                case 2: school.join(actor, dice.below(2) == 0 ? "sonne 12" : ""); break;
                case 3: school.enter(actor); break;
                case 4: school.leave(actor); break;
                case 5:
                    school.iq(actor, "set", actor.room_jid(),
                              admin("<item affiliation='owner' jid='" + guests[dice.below(4)]->sender.jid.bare() + "'/>"));
                    break;
                case 6: school.iq(actor, "set", actor.room_jid(), admin("<item role='none' nick='" + target + "'/>")); break;
                case 7: school.interrupt(actor); break;
                case 8: school.resume(actor); break;
                case 9: school.run_for(std::chrono::seconds(dice.below(40))); break;
                case 10: school.jingle(actor, "session-accept", Classroom::media_of(actor, 1000 * (1 + dice.below(9)))); break;
                default: {
                    school.send(actor, "<message xmlns='jabber:client' type='groupchat' to='" + actor.room_jid() +
                                           "'><body>worte</body></message>");
                    break;
                }
            }
            for (const Client* teacher : teachers) {
                for (const xml::Element& stanza : teacher->inbox) {
                    const xml::Element* conference = stanza.child("conference", ns::kFocus);
                    if (conference != nullptr && conference->has_attribute("session-id")) {
                        stolen = conference->attribute("session-id");
                    }
                }
            }
            for (Client& client : school.clients()) {
                for (const xml::Element& stanza : client.take()) {
                    const xml::Element* x = stanza.child("x", ns::kMucUser);
                    const xml::Element* item = x == nullptr ? nullptr : x->child("item");
                    if (stanza.name() != "presence" || item == nullptr || item->attribute("role") != "moderator") continue;
                    const std::string_view from = stanza.attribute("from");
                    for (const Client* guest : guests) ASSERT_FALSE(from.ends_with(guest->nick)) << "seed " << seed;
                }
            }
        }
    }
}

}  // namespace
}  // namespace klassenraum::focus::test
