// Media sessions: who is invited, what is offered and accepted, which sources each client is told (jitsi-signalling.md 5).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

struct Lesson {
    Classroom school;
    Client& teacher;
    Client& guest;

    explicit Lesson(std::vector<std::string> features = {"http://jitsi.org/source-name"}, const std::string& caps = kCaps)
        : teacher(school.cookie_teacher()), guest(school.guest()) {
        school.features = std::move(features);
        school.plan();
        if (!school.enter(teacher, "", caps) || !school.enter(guest, "sonne 12", caps)) throw std::runtime_error("enter");
    }
    void accept_both() {
        if (school.jingle(teacher, "session-accept", Classroom::media_of(teacher, 1000000)) != "result" ||
            school.jingle(guest, "session-accept", Classroom::media_of(guest, 2000000)) != "result") {
            throw std::runtime_error("accept");
        }
    }
};

std::string sources_of(const xml::Element* jingle) { return jingle == nullptr ? "" : xml::write(*jingle); }

TEST(Media, NobodyIsInvitedAloneAndTwoAreBoth) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher, "", kCaps));
    school.run_for(10s);
    EXPECT_EQ(teacher.jingle("session-initiate"), nullptr);
    Client& guest = school.guest();
    ASSERT_TRUE(school.enter(guest, "sonne 12", kCaps));
    EXPECT_NE(teacher.jingle("session-initiate"), nullptr);
    EXPECT_NE(guest.jingle("session-initiate"), nullptr);
    EXPECT_EQ(school.commands<colibri::CreateConference>().size(), 1U);
    const auto created = school.commands<colibri::CreateEndpoint>();
    ASSERT_EQ(created.size(), 2U);
    EXPECT_TRUE(std::ranges::any_of(created, [&](const auto& one) { return one.name == guest.nick; }));
}

TEST(Media, OfferHasWhatClientsNeed) {
    Lesson lesson;
    const xml::Element& iq = lesson.guest.last("iq");
    EXPECT_EQ(iq.attribute("from"), lesson.guest.room_jid() + "/focus");
    EXPECT_EQ(iq.attribute("to"), lesson.guest.sender.jid.str());
    const xml::Element& jingle = *lesson.guest.jingle("session-initiate");
    EXPECT_EQ(jingle.attribute("initiator"), "focus@auth.school.example/focus");
    std::vector<std::string> names;
    for (const xml::Element& content : jingle.children()) {
        if (content.name() != "content") continue;
        names.emplace_back(content.attribute("name"));
        const xml::Element& transport = *content.child("transport", ns::kJingleIceUdp);
        EXPECT_EQ(transport.attribute("ufrag"), "ufrag");
        EXPECT_EQ(transport.child("fingerprint", ns::kJingleDtls)->attribute("setup"), "actpass");
        EXPECT_EQ(transport.child("candidate")->attribute("ip"), "203.0.113.5");
        EXPECT_EQ(transport.child("web-socket", ns::kColibri)->attribute("url"),
                  "wss://school.example/colibri-ws/w0/c/" + lesson.guest.nick + "?pwd=secret&room=amsel-mathe");
    }
    EXPECT_EQ(names, (std::vector<std::string>{"audio", "video", "data"}));
    const xml::Element& opus = *jingle.children().at(0).child("description")->child("payload-type");
    EXPECT_EQ(opus.attribute("name"), "opus");
    EXPECT_NE(xml::write(opus).find("type=\"nack\""), std::string::npos);
    EXPECT_EQ(sources_of(&jingle).find("\"red\""), std::string::npos);
    EXPECT_NE(jingle.child("group", ns::kJingleGrouping), nullptr);
    EXPECT_NE(jingle.child("bridge-session", ns::kFocus), nullptr);
}

TEST(Media, AcceptReachesTheBridgeWhole) {
    Lesson lesson;
    lesson.school.forget_commands();
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "session-accept", Classroom::media_of(lesson.guest, 2000000)), "result");
    const auto remote = lesson.school.commands<colibri::SetRemote>().at(0);
    EXPECT_EQ(remote.ufrag, "abcd");
    EXPECT_EQ(remote.fingerprints.at(0).value, "AA:BB");
    EXPECT_TRUE(remote.codecs.has(rtp::Codec::Opus));
    EXPECT_TRUE(remote.codecs.has(rtp::Codec::Vp8));
    EXPECT_FALSE(remote.codecs.has(rtp::Codec::Av1));
    const auto sources = lesson.school.commands<colibri::SetSources>().at(0).sources;
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].name, lesson.guest.nick + "-a0");
    EXPECT_EQ(sources[1].ssrcs, (std::vector<std::uint32_t>{2000011, 2000012, 2000013}));
    EXPECT_EQ(sources[1].rtx, (std::vector<std::uint32_t>{2000021, 2000022, 2000023}));
}

TEST(Media, WithoutRewritingEachIsToldTheOthersLowestEncoding) {
    Lesson lesson;
    lesson.accept_both();
    lesson.school.run_for(200ms);
    const std::string added = sources_of(lesson.teacher.jingle("source-add"));
    EXPECT_NE(added.find("2000001"), std::string::npos);
    EXPECT_NE(added.find("2000011"), std::string::npos);
    EXPECT_NE(added.find("2000021"), std::string::npos);
    EXPECT_EQ(added.find("2000012"), std::string::npos) << "no simulcast to receivers";
    EXPECT_EQ(added.find("SIM"), std::string::npos);
    EXPECT_EQ(added.find("1000011"), std::string::npos) << "not its own";
    EXPECT_NE(sources_of(lesson.guest.jingle("source-add")).find("1000011"), std::string::npos);

    Client& third = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(third, "sonne 12", kCaps));
    const std::string offered = sources_of(third.jingle("session-initiate"));
    EXPECT_NE(offered.find("1000011"), std::string::npos) << "sources of those before stand in the offer";
    EXPECT_NE(offered.find("2000011"), std::string::npos);
    EXPECT_EQ(third.jingle("source-add"), nullptr);
}

TEST(Media, WithRewritingOnlyTheBridgeIsNamed) {
    Lesson lesson({"http://jitsi.org/source-name", "http://jitsi.org/ssrc-rewriting-1", "http://jitsi.org/opus-red"});
    lesson.accept_both();
    lesson.school.run_for(1s);
    EXPECT_EQ(lesson.teacher.jingle("source-add"), nullptr);
    Client& third = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(third, "sonne 12", kCaps));
    const std::string offered = sources_of(third.jingle("session-initiate"));
    EXPECT_EQ(offered.find("1000011"), std::string::npos);
    EXPECT_NE(offered.find("jvb-v0"), std::string::npos);
    EXPECT_NE(offered.find("\"red\""), std::string::npos) << "RED where the client asks";
    EXPECT_TRUE(lesson.school.commands<colibri::CreateEndpoint>().at(2).ssrc_rewriting);
}

TEST(Media, ClientThatDoesNotAnswerDiscoIsInvitedWithoutRewriting) {
    Lesson lesson(std::vector<std::string>{});
    EXPECT_EQ(lesson.guest.jingle("session-initiate"), nullptr);
    lesson.school.run_for(2s);
    ASSERT_NE(lesson.guest.jingle("session-initiate"), nullptr);
    EXPECT_FALSE(lesson.school.commands<colibri::CreateEndpoint>().at(0).ssrc_rewriting);
}

// Its page works through everybody's presences before it comes to the question.
TEST(Media, ClientThatAnswersDiscoLateInALectureIsTakenForWhatItIs) {
    Classroom school;
    school.features = {"http://jitsi.org/source-name", "http://jitsi.org/ssrc-rewriting-1"};
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher, "", kCaps));
    for (int i = 0; i < 35; ++i) ASSERT_TRUE(school.enter(school.guest(), "sonne 12", kCaps));
    school.features.clear();
    Client& late = school.guest();
    ASSERT_TRUE(school.enter(late, "sonne 12", kCaps));
    school.run_for(1300ms);
    EXPECT_EQ(late.jingle("session-initiate"), nullptr);
    const xml::Element question = late.last("iq");
    ASSERT_NE(question.child("query", ns::kDiscoInfo), nullptr);
    school.send(late, "<iq xmlns='jabber:client' type='result' to='" + std::string(question.attribute("from")) + "' id='" +
                          std::string(question.attribute("id")) + "'><query xmlns='" + std::string(ns::kDiscoInfo) +
                          "'><feature var='http://jitsi.org/ssrc-rewriting-1'/></query></iq>");
    EXPECT_NE(late.jingle("session-initiate"), nullptr);
    EXPECT_TRUE(school.commands<colibri::CreateEndpoint>().back().ssrc_rewriting);
}

TEST(Media, ScreenIsASecondSourceThatComesAndGoes) {
    Lesson lesson;
    lesson.accept_both();
    lesson.school.run_for(1s);
    lesson.teacher.take();
    const std::string screen = Classroom::content(
        "video", "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='77' name='" + lesson.guest.nick +
                     "-v1' videoType='desktop'><parameter name='msid' value='screen t'/></source>");
    // The session's id is in the initiate, which the guest still holds.
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "source-add", screen), "result");
    EXPECT_EQ(lesson.school.commands<colibri::SetSources>().back().sources.back().video_type, colibri::VideoType::Desktop);
    lesson.school.run_for(200ms);
    EXPECT_NE(sources_of(lesson.teacher.jingle("source-add")).find("videoType=\"desktop\""), std::string::npos);
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "source-remove", screen), "result");
    lesson.school.run_for(200ms);
    EXPECT_NE(sources_of(lesson.teacher.jingle("source-remove")).find("ssrc=\"77\""), std::string::npos);
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "source-remove", screen), "bad-request") << "gone already";
}

TEST(Media, BadSourcesAreRefusedWholeAndChangeNothing) {
    Lesson lesson;
    lesson.accept_both();
    lesson.school.run_for(1s);
    lesson.school.forget_commands();
    lesson.teacher.take();
    const std::string& nick = lesson.guest.nick;
    const auto add = [&](const std::string& sources) {
        return lesson.school.jingle(lesson.guest, "source-add", Classroom::content("video", sources));
    };
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 1000011, "new t")), "bad-request") << "SSRC of another";
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 2000011, "new t")), "bad-request") << "own SSRC again";
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 1111111111, "new t")), "bad-request") << "the bridge's SSRC";
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 5, lesson.teacher.nick + "-video t")), "bad-request") << "msid of another";
    EXPECT_EQ(add(Classroom::source(lesson.teacher.nick + "-v1", 5, "new t")), "bad-request") << "name of another";
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 5, "new t") + Classroom::group("FID", {5, 6})), "bad-request");
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 5, "new t") + Classroom::group("FID", {5})), "bad-request");
    std::string many;
    for (std::uint32_t at = 0; at < 21; ++at) many += Classroom::source(nick + "-v1", 100 + at, "new t");
    EXPECT_EQ(add(many), "resource-constraint");
    EXPECT_TRUE(lesson.school.commands<colibri::SetSources>().empty());
    lesson.school.run_for(1s);
    EXPECT_EQ(lesson.teacher.jingle("source-add"), nullptr);
    EXPECT_EQ(add(Classroom::source(nick + "-v1", 5, "new t")), "result") << "nothing of the refused ones was kept";
}

TEST(Media, UnknownSessionIsToldInTheShapeOfXep0166) {
    Lesson lesson;
    EXPECT_EQ(lesson.school.iq(lesson.guest, "set", lesson.guest.room_jid() + "/focus",
                               "<jingle xmlns='urn:xmpp:jingle:1' action='source-add' sid='nobody'/>"),
              "item-not-found");
    EXPECT_TRUE(lesson.guest.has_text("unknown-session"));
}

TEST(Media, RestartGivesANewSessionAndTheOthersSeeTheSourcesGoAndCome) {
    Lesson lesson;
    lesson.accept_both();
    lesson.school.run_for(10s);
    const xml::Element before = *lesson.guest.jingle("session-initiate");
    const std::string session(before.child("bridge-session", ns::kFocus)->attribute("id"));
    const std::string wish = "<reason><connectivity-error/></reason><bridge-session xmlns='http://jitsi.org/protocol/focus' "
                             "restart='true' id='";
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "session-terminate", wish + "other'/>"), "item-not-found");
    lesson.teacher.take();
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "session-terminate", wish + session + "'/>"), "result");
    const xml::Element after = *lesson.guest.jingle("session-initiate");
    EXPECT_NE(after.attribute("sid"), before.attribute("sid"));
    EXPECT_EQ(lesson.school.commands<colibri::ExpireEndpoint>().size(), 1U);
    lesson.school.run_for(1s);
    EXPECT_NE(lesson.teacher.jingle("source-remove"), nullptr);
    ASSERT_EQ(lesson.school.jingle(lesson.guest, "session-accept", Classroom::media_of(lesson.guest, 2000000)), "result");
    lesson.school.run_for(1s);
    EXPECT_NE(lesson.teacher.jingle("source-add"), nullptr);
    // The next one comes too soon: granted, but later.
    const std::string again(after.child("bridge-session", ns::kFocus)->attribute("id"));
    EXPECT_EQ(lesson.school.jingle(lesson.guest, "session-terminate", wish + again + "'/>"), "result");
    EXPECT_EQ(lesson.guest.jingle("session-initiate")->attribute("sid"), after.attribute("sid"));
    lesson.school.run_for(6s);
    EXPECT_NE(lesson.guest.jingle("session-initiate")->attribute("sid"), after.attribute("sid"));
}

TEST(Media, LeavingFreesTheEndpointWithoutSourceRemove) {
    Lesson lesson;
    lesson.accept_both();
    lesson.school.run_for(1s);
    lesson.teacher.take();
    lesson.school.leave(lesson.guest);
    lesson.school.run_for(1s);
    EXPECT_EQ(lesson.teacher.jingle("source-remove"), nullptr);
    EXPECT_EQ(lesson.school.commands<colibri::ExpireEndpoint>().size(), 1U);
}

TEST(Media, ClientOf2022WithoutSourceNamesGetsThemFromUs) {
    Lesson lesson({"urn:xmpp:jingle:1"});
    EXPECT_FALSE(lesson.school.commands<colibri::CreateEndpoint>().at(0).source_names);
    const std::string nameless =
        "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='900'><parameter name='msid' value='a b'/></source>";
    ASSERT_EQ(lesson.school.jingle(lesson.guest, "session-accept", Classroom::content("audio", nameless, true)), "result");
    EXPECT_EQ(lesson.school.commands<colibri::SetSources>().back().sources.at(0).name, lesson.guest.nick + "-a0");
}

}  // namespace
}  // namespace klassenraum::focus::test
