// ICE restart in place, as lib-jitsi-meet of 2026 asks for it (jitsi-signalling.md 5.13, threats.md T10).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

struct IceRestart : testing::Test {
    IceRestart() {
        school.plan();
        if (!school.enter(teacher, "", kCaps) || !school.enter(guest, "sonne 12", kCaps)) throw std::runtime_error("enter");
        school.jingle(guest, "session-accept", Classroom::media_of(guest, 2000000));
        const xml::Element* initiate = guest.jingle("session-initiate");
        session = initiate->child("bridge-session", ns::kFocus)->attribute("id");
        sid = initiate->attribute("sid");
        endpoint = school.commands<colibri::SetRemote>().back().endpoint;
    }
    void connect() { school.event(colibri::EndpointConnected{endpoint}); }
    std::string ask(const std::string& id) {
        return school.jingle(guest, "session-info",
                             "<bridge-session xmlns='http://jitsi.org/protocol/focus' ice-restart='true' id='" + id + "'/>");
    }
    std::string tell(const std::string& generation, const std::string& ufrag) {
        const std::string transport =
            "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ice-generation='" + generation + "' ufrag='" + ufrag +
            "' pwd='passwordpasswordpassword'><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' "
            "setup='active'>AA:BB</fingerprint></transport>";
        return school.jingle(guest, "transport-info",
                             "<content creator='responder' name='audio'>" + transport +
                                 "</content><content creator='responder' name='video'>" + transport + "</content>");
    }
    Classroom school;
    Client& teacher = school.cookie_teacher();
    Client& guest = school.guest();
    std::string session;
    std::string sid;
    EndpointId endpoint;
};

TEST_F(IceRestart, TellsBothSidesTheOthersNewCredentials) {
    connect();
    EXPECT_EQ(ask(session), "result");
    const auto asked = school.commands<colibri::RestartIce>();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].endpoint, endpoint);
    EXPECT_EQ(asked[0].generation, 1U);
    EXPECT_EQ(guest.jingle("transport-info"), nullptr);
    school.event(colibri::IceRestarted{endpoint, 1, "newufrag", "newpasswordnewpassword"});
    const xml::Element* info = guest.jingle("transport-info");
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(info->attribute("sid"), sid);
    const xml::Element* transport = info->children().at(0).child("transport", ns::kJingleIceUdp);
    ASSERT_NE(transport, nullptr);
    EXPECT_EQ(transport->attribute("ice-generation"), "1");
    EXPECT_EQ(transport->attribute("ufrag"), "newufrag");
    EXPECT_EQ(transport->attribute("pwd"), "newpasswordnewpassword");
    EXPECT_NE(transport->child("candidate", ns::kJingleIceUdp), nullptr);
    EXPECT_EQ(transport->child("fingerprint", ns::kJingleDtls), nullptr);
    EXPECT_EQ(tell("1", "theirs"), "result");
    const auto told = school.commands<colibri::SetRestarted>();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].generation, 1U);
    EXPECT_EQ(told[0].ufrag, "theirs");
    EXPECT_EQ(told[0].password, "passwordpasswordpassword");
}

TEST_F(IceRestart, IsRefusedWithoutAConnectionSoThatTheClientBeginsAnew) {
    EXPECT_EQ(ask(session), "unexpected-request");
    connect();
    EXPECT_EQ(ask("other"), "item-not-found");
    school.event(colibri::EndpointFailed{endpoint, colibri::EndpointFailure::ConsentLost});
    EXPECT_EQ(ask(session), "unexpected-request");
    EXPECT_TRUE(school.commands<colibri::RestartIce>().empty());
}

TEST_F(IceRestart, IsBoundedInNumber) {
    connect();
    EXPECT_EQ(ask(session), "result");
    EXPECT_EQ(ask(session), "resource-constraint");
    for (int i = 0; i < 4; ++i) {
        school.run_for(5s);
        EXPECT_EQ(ask(session), "result");
    }
    school.run_for(5s);
    EXPECT_EQ(ask(session), "resource-constraint");
    school.run_for(40s);
    EXPECT_EQ(ask(session), "result");
    EXPECT_EQ(school.commands<colibri::RestartIce>().back().generation, 6U);
}

TEST_F(IceRestart, HearsOnlyTheNewestGeneration) {
    connect();
    EXPECT_EQ(ask(session), "result");
    school.run_for(6s);
    EXPECT_EQ(ask(session), "result");
    EXPECT_EQ(tell("1", "late"), "result");
    EXPECT_EQ(tell("3", "early"), "result");
    EXPECT_TRUE(school.commands<colibri::SetRestarted>().empty());
    school.event(colibri::IceRestarted{endpoint, 1, "newufrag", "newpasswordnewpassword"});
    EXPECT_EQ(guest.jingle("transport-info"), nullptr);
    EXPECT_EQ(tell("2", "theirs"), "result");
    EXPECT_EQ(school.commands<colibri::SetRestarted>().size(), 1U);
}

TEST_F(IceRestart, RefusesWhatIsNoTransport) {
    connect();
    EXPECT_EQ(ask(session), "result");
    EXPECT_EQ(tell("1", "abc"), "bad-request") << "RFC 8839 §5.4: four characters at least";
    EXPECT_EQ(tell("one", "theirs"), "bad-request");
    EXPECT_EQ(tell("99999999999999999999", "theirs"), "bad-request");
    EXPECT_TRUE(school.commands<colibri::SetRestarted>().empty());
    // A client of 2022 that trickles.
    EXPECT_EQ(school.jingle(guest, "transport-info",
                            "<content creator='responder' name='audio'><transport "
                            "xmlns='urn:xmpp:jingle:transports:ice-udp:1'><candidate/></transport></content>"),
              "result");
}

}  // namespace
}  // namespace klassenraum::focus::test
