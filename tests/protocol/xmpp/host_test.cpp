// What conversations (tests/dialogues/host) cannot say well: tables, floods, bounds.
#include "protocol/xmpp/host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/limits.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::xmpp {
namespace {

constexpr std::string_view kOpen =
    R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.meet" version="1.0"/>)";
constexpr std::string_view kOpenAccount =
    R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="meet" version="1.0"/>)";
constexpr std::string_view kAnonymous = R"(<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>)";
constexpr std::string_view kPlain =
    R"(<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AGFtc2VsLTI3AHJpY2h0aWc=</auth>)";
constexpr std::string_view kBind =
    R"(<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>)";
constexpr std::string_view kEnable = R"(<enable xmlns="urn:xmpp:sm:3" resume="true"/>)";
constexpr std::string_view kPresence = R"(<presence xmlns="jabber:client" to="r@conference.meet/n"/>)";

class Hosting : public testing::Test {
protected:
    void open(std::uint64_t connection, std::optional<std::string> cookie = {}) {
        host.connection_opened(ConnectionId{connection}, "klasse3b", std::move(cookie), now, out);
    }
    void say(std::uint64_t connection, std::string_view text) { host.text(ConnectionId{connection}, text, now, out); }
    void bind_guest(std::uint64_t connection, std::optional<std::string> cookie = {}) {
        open(connection, std::move(cookie));
        for (const std::string_view text : {kOpen, kAnonymous, kOpen, kBind}) say(connection, text);
        jid = xml::parse(out.texts.back().text)->child("bind")->child("jid")->text();
        out = {};
    }
    void pass(Duration duration) {
        const Instant end = now + duration;
        for (; host.deadline() && *host.deadline() <= end; host.expire(now, out)) now = std::max(now, *host.deadline());
        now = end;
    }
    std::string last() const { return out.texts.empty() ? "" : out.texts.back().text; }
    bool heard(std::string_view part) const {
        return std::ranges::any_of(out.texts,
                                   [&](const auto& text) { return text.text.find(part) != std::string::npos; });
    }

    SeededEntropy entropy{3};
    Host host{{.domain = "meet",
               .guest_domain = "guest.meet",
               .account_domain = {},
               .muc_domain = "conference.meet",
               .focus_domain = "focus.meet",
               .identities = {{"component", "lobbyrooms", "lobby.meet"}},
               .features = {},
               .component_domains = {"breakout.meet"}},
              entropy};
    HostOutput out;
    Instant now{};
    std::string jid;
};

// Threats X6: what may be said when. Every state against every kind of message.
struct Said {
    std::string_view text;
    std::string_view allowed_in;  // letters of the states below
};
TEST_F(Hosting, AcceptsInEachStateOnlyWhatBelongsThere) {
    // o awaiting open, n negotiating, v verifying, a authenticated, i binding, b bound
    const std::vector<std::pair<char, std::vector<std::string_view>>> states{{'o', {}},
                                                                             {'n', {kOpen}},
                                                                             {'v', {kOpenAccount, kPlain}},
                                                                             {'a', {kOpen, kAnonymous}},
                                                                             {'i', {kOpen, kAnonymous, kOpen}},
                                                                             {'b', {kOpen, kAnonymous, kOpen, kBind}}};
    const std::vector<Said> table{
        {kOpen, "oa"},
        {kAnonymous, "n"},
        {kPlain, "n"},  // refused there, but not the end
        {R"(<abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>)", "v"},
        {R"(<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>)", ""},
        {R"(<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>)", ""},
        {kBind, "ib"},  // bound: an IQ like any other, refused
        {R"(<resume xmlns="urn:xmpp:sm:3" h="0" previd="x"/>)", "i"},
        {kEnable, "b"},
        {R"(<r xmlns="urn:xmpp:sm:3"/>)", ""},  // nothing is enabled
        {kPresence, "b"},
        {R"(<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>)", "b"},
        {R"(<message xmlns="jabber:client"/>)", "b"},
        {R"(<presence/>)", ""},
        {R"(<iq xmlns="jabber:server" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>)", ""},
        {R"(<stream:features xmlns:stream="http://etherx.jabber.org/streams"/>)", ""},
        {R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.meet"/>)", ""},
        {R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" version="1.0"/>)", ""},
        {R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="a@guest.meet" version="1.0"/>)", ""},
        {R"(<open xmlns="jabber:client" to="guest.meet" version="1.0"/>)", ""}};
    std::uint64_t connection = 0;
    for (const auto& [state, way] : states) {
        for (const Said& said : table) {
            open(++connection);
            for (const std::string_view text : way) say(connection, text);
            out = {};
            say(connection, said.text);
            EXPECT_EQ(out.closes.empty(), said.allowed_in.find(state) != std::string_view::npos) << state << said.text;
            EXPECT_EQ(heard("<stream:error "), !out.closes.empty()) << state << said.text;
            host.connection_closed(ConnectionId{connection}, now, out);
        }
    }
    pass(kResumeTime);
    EXPECT_EQ(host.connections(), 0U);
    EXPECT_EQ(host.sessions(), 0U);
    EXPECT_FALSE(host.deadline());
}

TEST_F(Hosting, NamesGuestsByAFreshUuidAndKeepsWhatTheConnectionBrought) {
    bind_guest(1, "amsel-27");
    const Jid one = *Jid::parse(jid);
    EXPECT_EQ(one.local.size(), 36U);
    EXPECT_EQ(one.local.substr(0, 8).find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(one.local[14], '4');
    bind_guest(2);
    EXPECT_NE(Jid::parse(jid)->local.substr(0, 8), one.local.substr(0, 8));
    say(1, kPresence);
    ASSERT_EQ(out.stanzas.size(), 1U);
    const Sender& sender = out.stanzas[0].sender;
    EXPECT_EQ(sender.jid, one);
    EXPECT_EQ(sender.account, "amsel-27");
    EXPECT_TRUE(sender.guest_domain);
    EXPECT_EQ(sender.room_hint, "klasse3b");
    EXPECT_EQ(sender.session, host.session_of(ConnectionId{1}));
}

TEST_F(Hosting, GivesAnAccountToWhoeverKnewItsPasswordAndNoCookieElse) {
    open(1, "drossel-3");
    for (const std::string_view text : {kOpenAccount, kPlain}) say(1, text);
    ASSERT_EQ(out.questions.size(), 1U);
    EXPECT_EQ(out.questions[0].account, "amsel-27");
    EXPECT_EQ(out.questions[0].password, "richtig");
    host.password_verdict(out.questions[0].request, "amsel-27", now, out);
    for (const std::string_view text : {kOpenAccount, kBind, kPresence}) say(1, text);
    ASSERT_EQ(out.stanzas.size(), 1U);
    EXPECT_EQ(out.stanzas[0].sender.account, "amsel-27");
    EXPECT_FALSE(out.stanzas[0].sender.guest_domain);
    EXPECT_EQ(out.stanzas[0].sender.jid.bare(), "amsel-27@meet");
    // The verdict counts once.
    host.password_verdict(out.questions[0].request, "amsel-27", now, out);
}

// Threats X8: where a stanza goes by its address.
TEST_F(Hosting, PassesOnOnlyWhatGoesToItsOwnParts) {
    bind_guest(1);
    struct Row {
        std::string to;
        std::string_view answer;  // empty: passed on
    };
    const std::string stranger = "3f9c0a1b-6f0e-4f7b-9a52-0f5d3f5b1c77@guest.meet/x";
    for (const Row& row : std::initializer_list<Row>{{"conference.meet", ""},
                                                     {"R@Conference.Meet", ""},
                                                     {"r@conference.meet/n", ""},
                                                     {"focus.meet", ""},
                                                     {"lobby.meet", ""},
                                                     {"r@lobby.meet", ""},
                                                     {"r@breakout.meet/n", ""},
                                                     {"meet", "result"},
                                                     {"guest.meet", "result"},
                                                     {Jid::parse(jid)->bare(), "result"},
                                                     {jid, "service-unavailable"},
                                                     {stranger, "service-unavailable"},
                                                     {"amsel-27@meet", "service-unavailable"},
                                                     {"meet/x", "service-unavailable"},
                                                     {"jabber.example", "remote-server-not-found"},
                                                     {"a@jabber.example/b", "remote-server-not-found"},
                                                     {"conference.meet.evil", "remote-server-not-found"}}) {
        out = {};
        xml::Element iq = make_iq("get", "forged@meet/x", row.to, "1");
        iq.add(xml::Element("ping", "urn:xmpp:ping"));
        say(1, xml::write(iq));
        EXPECT_EQ(out.stanzas.size(), row.answer.empty() ? 1U : 0U) << row.to;
        if (row.answer.empty()) {
            ASSERT_EQ(out.stanzas.size(), 1U);
            EXPECT_EQ(out.stanzas[0].element.attribute("from"), jid);
            EXPECT_EQ(out.stanzas[0].element.attribute("to"), row.to);
            EXPECT_TRUE(out.texts.empty());
        } else {
            ASSERT_EQ(out.texts.size(), 1U) << row.to;
            EXPECT_TRUE(heard(row.answer)) << row.to << last();
            EXPECT_EQ(xml::parse(last())->attribute("to"), jid);
        }
    }
}

TEST_F(Hosting, NeverAnswersAnErrorAndEndsTheStreamAtTheThirdMistake) {
    bind_guest(1);
    for (const std::string_view text : {R"(<iq xmlns="jabber:client" type="error" id="1" to="nobody.example"/>)",
                                        R"(<iq xmlns="jabber:client" type="result" id="1" to="nobody.example"/>)",
                                        R"(<message xmlns="jabber:client" type="error" to="nobody.example"/>)",
                                        R"(<presence xmlns="jabber:client" type="error" to="amsel-27@meet"/>)"}) {
        say(1, text);
        EXPECT_TRUE(out.texts.empty()) << text;
    }
    const std::string_view without_id =
        R"(<iq xmlns="jabber:client" type="get" to="meet"><ping xmlns="urn:xmpp:ping"/></iq>)";
    say(1, without_id);
    EXPECT_TRUE(heard("bad-request"));
    say(1, R"(<message xmlns="jabber:client" to="a b@meet"/>)");
    EXPECT_TRUE(heard("jid-malformed"));
    EXPECT_TRUE(out.closes.empty());
    say(1, R"(<iq xmlns="jabber:client" type="set" id="1" to="meet"/>)");
    ASSERT_EQ(out.closes.size(), 1U);
    EXPECT_EQ(out.closes[0].code, 1008);
    EXPECT_TRUE(heard("<policy-violation "));
    EXPECT_EQ(out.ended.size(), 1U);
}

TEST_F(Hosting, MakesAFloodWaitAndEndsItWhenItFillsItsPlace) {
    bind_guest(1);
    for (int i = 0; i < 100; ++i) say(1, kPresence);
    EXPECT_EQ(out.stanzas.size(), 40U);
    EXPECT_TRUE(out.closes.empty());
    pass(seconds(10));
    EXPECT_EQ(out.stanzas.size(), 80U);
    pass(seconds(5));
    EXPECT_EQ(out.stanzas.size(), 100U);
    for (int i = 0; i < 400 && out.closes.empty(); ++i) say(1, kPresence);
    ASSERT_EQ(out.closes.size(), 1U);
    EXPECT_EQ(out.closes[0].code, 1008);
    EXPECT_FALSE(host.deadline());
}

TEST_F(Hosting, NeverMakesAJoinOfALargeClassWait) {
    bind_guest(1);
    say(1, kEnable);
    // One join: presence and questions of its own, then an answer to each of 200 source-adds and acknowledgements
    // between.
    for (int i = 0; i < 12; ++i) say(1, kPresence);
    for (int i = 0; i < 260; ++i) {
        say(1, R"(<iq xmlns="jabber:client" type="result" id="x" to="r@conference.meet/focus"/>)");
        if (i % 5 == 0) say(1, R"(<r xmlns="urn:xmpp:sm:3"/>)");
        if (i % 5 == 0) say(1, R"(<a xmlns="urn:xmpp:sm:3" h="0"/>)");
    }
    EXPECT_EQ(out.stanzas.size(), 272U);
    EXPECT_TRUE(out.closes.empty());
}

TEST_F(Hosting, LimitsMessagesBeforeAndAfterLogin) {
    open(1);
    say(1, "<a>" + std::string(kMaxMessageBeforeLogin, 'x') + "</a>");
    ASSERT_EQ(out.closes.size(), 1U);
    EXPECT_TRUE(heard("<policy-violation "));
    bind_guest(2);
    say(2, R"(<message xmlns="jabber:client" to="r@conference.meet"><body>)" + std::string(60'000, 'x') +
               "</body></message>");
    EXPECT_EQ(out.stanzas.size(), 1U);
    EXPECT_TRUE(out.closes.empty());
    say(2, "<message xmlns=\"jabber:client\"><body>" + std::string(70'000, 'x') + "</body></message>");
    EXPECT_EQ(out.closes.size(), 1U);
}

// Everybody's presence, and as many changes while the newcomer's page still works on them.
TEST_F(Hosting, KeepsASessionThatJoinsALectureOfFiveHundred) {
    bind_guest(1);
    say(1, kEnable);
    const SessionId session = host.session_of(ConnectionId{1});
    const SharedStanza stanza(make_message("groupchat", "r@conference.meet/n", std::string(500, 'x')));
    for (int i = 0; i < 1000; ++i) host.deliver(stanza.to(session), now, out);
    EXPECT_TRUE(out.ended.empty());
    EXPECT_TRUE(out.closes.empty());
}

// Threats X11: a full queue ends the session, connected or away; a silent connection is given up but not its session.
TEST_F(Hosting, EndsASessionWhoseQueueIsFull) {
    for (const bool away : {false, true}) {
        out = {};
        bind_guest(away ? 2 : 1);
        say(away ? 2 : 1, kEnable);
        const SessionId session = host.session_of(ConnectionId{away ? 2U : 1U});
        if (away) host.connection_closed(ConnectionId{2}, now, out);
        const SharedStanza stanza(make_message("groupchat", "r@conference.meet/n", ""));
        for (std::size_t i = 0; i < kMaxUnacknowledged; ++i) host.deliver(stanza.to(session), now, out);
        EXPECT_TRUE(out.ended.empty());
        host.deliver(stanza.to(session), now, out);
        EXPECT_EQ(out.ended, std::vector{session});
        EXPECT_EQ(out.closes.size(), away ? 0U : 1U);
        host.deliver(stanza.to(session), now, out);
    }
    EXPECT_EQ(host.sessions(), 0U);
}

TEST_F(Hosting, GivesUpAConnectionThatNeverAcknowledges) {
    bind_guest(1);
    say(1, kEnable);
    const SessionId session = host.session_of(ConnectionId{1});
    host.deliver(SharedStanza(make_message("", "r@conference.meet", "")).to(session), now, out);
    pass(kRequestAfter + kAnswerTime - seconds(1));
    EXPECT_TRUE(out.closes.empty());
    pass(seconds(1));
    ASSERT_EQ(out.closes.size(), 1U);
    EXPECT_EQ(out.interrupted, std::vector{session});
    EXPECT_EQ(host.connections(), 0U);
    pass(kResumeTime);
    EXPECT_EQ(out.ended, std::vector{session});
}

TEST_F(Hosting, WithoutStreamManagementEndsASessionWithItsConnection) {
    bind_guest(1);
    const SessionId session = host.session_of(ConnectionId{1});
    host.connection_closed(ConnectionId{1}, now, out);
    EXPECT_EQ(out.ended, std::vector{session});
    EXPECT_TRUE(out.interrupted.empty());
}

// Threats X10: at least 128 bits, and of the letters that the client's own pattern takes.
TEST_F(Hosting, DrawsLongResumptionIds) {
    bind_guest(1);
    say(1, kEnable);
    const std::string id(xml::parse(last())->attribute("id"));
    EXPECT_GE(id.size(), 22U);
    EXPECT_TRUE(
        std::ranges::all_of(id, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }));
}

TEST_F(Hosting, AsksAboutABoundedNumberOfPasswordsAtATime) {
    for (std::uint64_t i = 1; i <= kMaxQuestions + 1; ++i) {
        open(i);
        for (const std::string_view text : {kOpenAccount, kPlain}) say(i, text);
    }
    EXPECT_EQ(out.questions.size(), kMaxQuestions);
    EXPECT_TRUE(heard("<temporary-auth-failure/>"));
    host.connection_closed(ConnectionId{1}, now, out);
    say(kMaxQuestions + 1, kPlain);
    EXPECT_EQ(out.questions.size(), kMaxQuestions + 1);
}

TEST_F(Hosting, RevokingEndsEveryStreamOfTheAccountHoweverItLoggedIn) {
    bind_guest(1, "amsel-27");
    const SessionId by_cookie = host.session_of(ConnectionId{1});
    bind_guest(4, "drossel-3");
    open(2);
    for (const std::string_view text : {kOpenAccount, kPlain}) say(2, text);
    host.password_verdict(out.questions.at(0).request, "amsel-27", now, out);
    for (const std::string_view text : {kOpenAccount, kBind}) say(2, text);
    const SessionId bound = host.session_of(ConnectionId{2});
    open(3);
    for (const std::string_view text : {kOpenAccount, kPlain}) say(3, text);
    const RequestId asked = out.questions.at(1).request;
    out = {};
    host.revoke("amsel-27", now, out);
    EXPECT_EQ(out.closes.size(), 3U);
    EXPECT_EQ(out.ended, (std::vector{by_cookie, bound}));
    EXPECT_EQ(host.sessions(), 1U);
    // A verdict about the old password comes too late.
    host.password_verdict(asked, "amsel-27", now, out);
    EXPECT_EQ(host.connections(), 1U);
}

TEST_F(Hosting, AnnouncesServicesOnceThereAreSome) {
    bind_guest(1);
    host.announce({{.type = "turns",
                    .host = "meet",
                    .port = 443,
                    .transport = "tcp",
                    .username = "u",
                    .password = "p",
                    .expires = ""}});
    say(1, R"(<iq xmlns="jabber:client" type="get" id="1" to="meet"><services xmlns="urn:xmpp:extdisco:2"/></iq>)");
    EXPECT_TRUE(
        heard(R"(<services xmlns="urn:xmpp:extdisco:2"><service type="turns" host="meet" port="443" transport="tcp" )"
              R"(username="u" password="p"/></services>)"))
        << last();
}

TEST_F(Hosting, LeavesNothingBehindAfterManyConnections) {
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        open(i);
        for (const std::string_view text : {kOpen, kAnonymous, kOpen, kBind, kEnable, kPresence}) say(i, text);
        if (i % 2 == 0) say(i, R"(<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>)");
        host.connection_closed(ConnectionId{i}, now, out);
        pass(milliseconds(10));
        out = {};
    }
    pass(kResumeTime);
    EXPECT_EQ(host.connections(), 0U);
    EXPECT_EQ(host.sessions(), 0U);
    EXPECT_FALSE(host.deadline());
}

}  // namespace
}  // namespace klassenraum::xmpp
