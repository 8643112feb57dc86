#include "protocol/ice/agent.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <utility>
#include <vector>

#include "protocol/stun/writer.hpp"

namespace klassenraum::ice {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Address kClient = Address::v4({198, 51, 100, 7}, 50000);
const Credentials kRemote{.ufrag = "abcd", .password = "abcdefghijklmnopqrstuvwx"};

struct Sink final : DatagramSink {
    MutableBytes acquire() override { return slot; }
    void commit(const Address& to, std::size_t length) override {
        EXPECT_EQ(to, kClient);
        sent.emplace_back(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(length));
    }
    std::array<std::uint8_t, kDatagramCapacity> slot{};
    std::vector<Bytes> sent;
};

struct Fixture : testing::Test {
    void receive_check() {
        Bytes bytes(512);
        stun::TransactionId id{};
        entropy.fill(id);
        stun::Writer writer(bytes, stun::Class::Request, stun::Method::Binding, id);
        writer.username(agent.local().ufrag + ":abcd").ice_controlled(1);
        bytes.resize(writer.finish(as_bytes(agent.local().password)).value());
        EXPECT_EQ(agent.receive(bytes, kClient, now, sink), DropReason::None);
    }
    // The requests that the agent sent since the last call.
    std::vector<Bytes> take_checks() {
        std::vector<Bytes> checks;
        for (Bytes& datagram : std::exchange(sink.sent, {})) {
            const auto message = stun::parse(datagram);
            if (message && message->message_class == stun::Class::Request) checks.push_back(std::move(datagram));
        }
        return checks;
    }
    DropReason answer(const Bytes& check, std::string_view password = kRemote.password) {
        return answer(stun::parse(check)->transaction, password);
    }
    DropReason answer(const stun::TransactionId& transaction, std::string_view password = kRemote.password) {
        Bytes bytes(512);
        stun::Writer writer(bytes, stun::Class::Success, stun::Method::Binding, transaction);
        bytes.resize(writer.xor_mapped_address(kClient).finish(as_bytes(password)).value());
        return agent.receive(bytes, kClient, now, sink);
    }
    void step() {
        now = agent.deadline().value();
        agent.expire(now, sink);
    }

    SeededEntropy entropy{1};
    Instant now = Instant{} + 5s;
    Sink sink;
    Agent agent{entropy, now};
};
using IceAgent = Fixture;

TEST_F(IceAgent, AnswersBeforeItKnowsTheClientAndChecksAfterwards) {
    receive_check();
    EXPECT_EQ(sink.sent.size(), 1U);
    EXPECT_TRUE(take_checks().empty());
    EXPECT_TRUE(agent.set_remote(kRemote, now, sink));
    const auto checks = take_checks();
    ASSERT_EQ(checks.size(), 1U);
    const auto check = stun::parse(checks[0]);
    EXPECT_EQ(check->username, "abcd:" + agent.local().ufrag);
    EXPECT_TRUE(check->use_candidate);
    EXPECT_TRUE(check->ice_controlling);
    EXPECT_TRUE(stun::verify_integrity(*check, as_bytes(kRemote.password)));
    EXPECT_EQ(agent.selected(), nullptr);
    EXPECT_EQ(answer(checks[0]), DropReason::None);
    ASSERT_NE(agent.selected(), nullptr);
    EXPECT_EQ(*agent.selected(), kClient);
}

TEST_F(IceAgent, BelievesOnlyAnAuthenticAnswerToItsOwnCheck) {
    receive_check();
    agent.set_remote(kRemote, now, sink);
    const Bytes check = take_checks().at(0);
    EXPECT_EQ(answer(check, "another password, long enough"), DropReason::StunIntegrity);
    stun::TransactionId guessed = stun::parse(check)->transaction;
    guessed[0] ^= 1;
    EXPECT_EQ(answer(guessed), DropReason::StunUnexpected);
    EXPECT_EQ(agent.state(), Agent::State::Checking);
}

// T5 and RFC 7675 §5.1: each check has an id of its own, the pauses lie between 4 and 6 s and vary.
TEST_F(IceAgent, ChecksConsentEveryFourToSixSeconds) {
    receive_check();
    agent.set_remote(kRemote, now, sink);
    answer(take_checks().at(0));
    std::set<Bytes> ids;
    std::set<Duration> pauses;
    Instant last = now;
    for (int i = 0; i < 50; ++i) {
        step();
        const auto checks = take_checks();
        ASSERT_EQ(checks.size(), 1U);
        pauses.insert(now - last);
        last = now;
        const auto id = stun::parse(checks[0])->transaction;
        ids.emplace(id.begin(), id.end());
        answer(checks[0]);
    }
    EXPECT_EQ(ids.size(), 50U);
    EXPECT_GE(*pauses.begin(), kConsentCheckMin);
    EXPECT_LE(*pauses.rbegin(), kConsentCheckMax);
    EXPECT_GT(pauses.size(), 40U);
}

TEST_F(IceAgent, LosesConsentThirtySecondsAfterTheLastAnswer) {
    receive_check();
    agent.set_remote(kRemote, now, sink);
    answer(take_checks().at(0));
    const Instant answered = now;
    while (agent.state() == Agent::State::Connected) step();
    EXPECT_EQ(agent.state(), Agent::State::ConsentLost);
    EXPECT_EQ(now - answered, kConsentTimeout);
    // Five to seven checks, each transmitted at most three times.
    EXPECT_LE(take_checks().size(), 21U);
}

}  // namespace
}  // namespace klassenraum::ice
