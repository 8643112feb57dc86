// The parts of a stream that count and wait.
#include <gtest/gtest.h>

#include <memory>

#include "protocol/xmpp/agenda.hpp"
#include "protocol/xmpp/allowance.hpp"
#include "protocol/xmpp/limits.hpp"
#include "protocol/xmpp/login_delay.hpp"
#include "protocol/xmpp/number.hpp"
#include "protocol/xmpp/stream_management.hpp"

namespace klassenraum::xmpp {
namespace {

constexpr Instant kStart{};

Delivery stanza(std::size_t octets = 10) {
    return {SessionId{1}, std::make_shared<const std::string>(octets, 'x'), 0};
}

TEST(StreamManagement, KeepsWhatIsNotAcknowledged) {
    StreamManagement management;
    EXPECT_TRUE(management.keep(stanza(), kStart));
    EXPECT_EQ(management.sent(), 0U);
    management.enable();
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(management.keep(stanza(), kStart));
    EXPECT_TRUE(management.acknowledge(3, kStart));
    EXPECT_EQ(management.unacknowledged().size(), 1U);
    EXPECT_FALSE(management.acknowledge(5, kStart));
    EXPECT_FALSE(management.acknowledge(2, kStart));
    EXPECT_TRUE(management.acknowledge(3, kStart));
    EXPECT_TRUE(management.acknowledge(4, kStart));
    EXPECT_TRUE(management.unacknowledged().empty());
    EXPECT_FALSE(management.deadline());
}

TEST(StreamManagement, IsFullAtTwoThousandStanzasOrAMegabyte) {
    StreamManagement many;
    many.enable();
    for (std::size_t i = 0; i < kMaxUnacknowledged; ++i) EXPECT_TRUE(many.keep(stanza(), kStart));
    EXPECT_FALSE(many.keep(stanza(), kStart));
    StreamManagement large;
    large.enable();
    EXPECT_TRUE(large.keep(stanza(kMaxUnacknowledgedOctets), kStart));
    EXPECT_FALSE(large.keep(stanza(1), kStart));
}

TEST(StreamManagement, AsksOnceAndCallsLongSilenceDeath) {
    StreamManagement management;
    management.enable();
    (void)management.keep(stanza(), kStart);
    EXPECT_FALSE(management.wants_request(kStart));
    EXPECT_EQ(management.deadline(), kStart + kRequestAfter);
    EXPECT_TRUE(management.wants_request(kStart + kRequestAfter));
    management.requested(kStart + kRequestAfter);
    for (std::size_t i = 0; i < 2 * kStanzasPerRequest; ++i) (void)management.keep(stanza(), kStart + kRequestAfter);
    EXPECT_FALSE(management.wants_request(kStart + kRequestAfter));
    EXPECT_FALSE(management.is_stuck(kStart + kRequestAfter + kAnswerTime - milliseconds(1)));
    EXPECT_TRUE(management.is_stuck(kStart + kRequestAfter + kAnswerTime));
    EXPECT_TRUE(management.acknowledge(1, kStart + kRequestAfter));
    EXPECT_TRUE(management.wants_request(kStart + kRequestAfter));
}

TEST(Allowance, LetsABurstThroughAndThenItsRate) {
    Allowance allowance(4, 8);
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(allowance.free_at(kStart), kStart);
        allowance.spend(kStart);
    }
    EXPECT_EQ(allowance.free_at(kStart), kStart + milliseconds(250));
    EXPECT_EQ(allowance.free_at(kStart + seconds(1)), kStart + seconds(1));
}

TEST(Intake, KeepsTheOrderWhenItMakesMessagesWait) {
    Intake intake;
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(intake.push("<presence n='" + std::to_string(i) + "'/>"));
    EXPECT_TRUE(intake.push("<r/>"));
    int passed = 0;
    while (intake.take(kStart)) ++passed;
    EXPECT_EQ(passed, 40);
    ASSERT_TRUE(intake.next());
    EXPECT_EQ(*intake.next(), kStart + milliseconds(250));
    EXPECT_EQ(intake.take(*intake.next()), "<presence n='40'/>");
    EXPECT_FALSE(intake.take(kStart + milliseconds(250)));
    while (intake.take(kStart + seconds(5))) ++passed;
    EXPECT_EQ(passed, 60);
    EXPECT_FALSE(intake.next());
}

TEST(Intake, GivesNoSpellingOfAMessageMoreThanAnother) {
    for (const std::string text : {" <message/>", "\n<iq/>", "<c:message xmlns:c='jabber:client'/>", "<presence/>"}) {
        Intake intake;
        for (int i = 0; i < 200; ++i) EXPECT_TRUE(intake.push(text));
        int passed = 0;
        while (intake.take(kStart)) ++passed;
        EXPECT_EQ(passed, 40) << text;
    }
}

TEST(Intake, HoldsNoMoreThanItsBounds) {
    Intake many;
    for (std::size_t i = 0; i < kMaxWaiting; ++i) EXPECT_TRUE(many.push("<r/>"));
    EXPECT_FALSE(many.push("<r/>"));
    Intake large;
    EXPECT_TRUE(large.push(std::string(kMaxWaitingOctets, 'x')));
    EXPECT_FALSE(large.push("x"));
}

TEST(LoginDelay, DoublesForEachFailureOfAnAccountAndForgets) {
    LoginDelay delay;
    EXPECT_EQ(delay.failed("amsel", 0, kStart), milliseconds(500));
    EXPECT_EQ(delay.failed("amsel", 0, kStart), seconds(1));
    EXPECT_EQ(delay.failed("drossel", 0, kStart), milliseconds(500));
    EXPECT_EQ(delay.failed("fink", 2, kStart), seconds(2));
    for (int i = 0; i < 40; ++i) (void)delay.failed("amsel", 0, kStart);
    EXPECT_EQ(delay.failed("amsel", 0, kStart), kLongestRefusal);
    EXPECT_EQ(delay.failed("amsel", 0, kStart + kFailuresForgotten + seconds(1)), milliseconds(500));
}

TEST(LoginDelay, RemembersABoundedNumberOfAccounts) {
    LoginDelay delay;
    for (int i = 0; i < 3000; ++i) (void)delay.failed("a" + std::to_string(i), 0, kStart + milliseconds(i));
    EXPECT_EQ(delay.accounts(), kMaxAccountsWithFailures);
    EXPECT_EQ(delay.failed("a2999", 0, kStart + seconds(4)), seconds(1));
}

TEST(Agenda, GivesWhatIsDueInTheOrderOfTime) {
    Agenda<SessionId> agenda;
    agenda.set(SessionId{1}, kStart + seconds(3));
    agenda.set(SessionId{2}, kStart + seconds(1));
    agenda.set(SessionId{3}, kStart + seconds(1));
    agenda.set(SessionId{1}, kStart + seconds(2));
    EXPECT_EQ(agenda.next(), kStart + seconds(1));
    EXPECT_FALSE(agenda.take_due(kStart));
    EXPECT_EQ(agenda.take_due(kStart + seconds(5)), SessionId{2});
    agenda.set(SessionId{3}, std::nullopt);
    EXPECT_EQ(agenda.take_due(kStart + seconds(5)), SessionId{1});
    EXPECT_FALSE(agenda.next());
}

TEST(Number, IsDigitsOnly) {
    EXPECT_EQ(parse_number("0"), 0U);
    EXPECT_EQ(parse_number("4294967295"), 4294967295U);
    for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "1e3"}) {
        EXPECT_FALSE(parse_number(text)) << text;
    }
}

}  // namespace
}  // namespace klassenraum::xmpp
