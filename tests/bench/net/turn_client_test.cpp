#include "bench/net/turn_client.hpp"

#include <gtest/gtest.h>

#include "protocol/turn/allocation.hpp"
#include "protocol/turn/credentials.hpp"
#include "protocol/turn/pool.hpp"

namespace klassenraum::bench {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::vector<std::uint8_t>& frame) {
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

class TurnClientTest : public ::testing::Test {
protected:
    // What each has to say to the other, until both are silent.
    void exchange(TurnClient::Output& said) {
        while (!said.octets.empty()) {
            turn::Output answer;
            allocation.receive(as_bytes(said.octets), now, wall, answer);
            said = {};
            for (auto& datagram : answer.datagrams) arrived.push_back(text_of(datagram.octets));
            for (const auto& frame : answer.frames) client.receive(text_of(frame), now, said);
        }
    }
    Instant now = Instant{} + 1000s;
    WallTime wall{1'700'000'000'000'000};
    SeededEntropy entropy{7};
    const Address media = Address::v4({192, 0, 2, 1}, 10000);
    turn::Pool pool{turn::Config{.realm = "meet.school.example", .secret = "secret", .peers = {media}}};
    turn::Allocation allocation{pool, entropy, Address::v4({198, 51, 100, 1}, 5000), now};
    turn::Credentials credentials = turn::make_credentials("secret", wall, entropy);
    TurnClient client{credentials.username, credentials.password, entropy};
    std::vector<std::string> arrived;
};

TEST_F(TurnClientTest, AllocatesBindsAChannelAndCarriesDatagramsBothWays) {
    TurnClient::Output said;
    client.begin(said);
    exchange(said);
    ASSERT_TRUE(client.is_allocated());
    client.send(media, as_bytes("too early"), now, said);
    exchange(said);
    EXPECT_TRUE(arrived.empty());
    client.send(media, as_bytes("hello"), now, said);
    exchange(said);
    EXPECT_EQ(arrived, std::vector<std::string>{"hello"});

    turn::Output down;
    allocation.relay(media, as_bytes("back"), now, down);
    ASSERT_EQ(down.frames.size(), 1U);
    const std::string frame = text_of(down.frames.front());
    client.receive(frame.substr(0, 3), now, said);  // in pieces, as TLS gives them
    EXPECT_TRUE(said.datagrams.empty());
    client.receive(frame.substr(3), now, said);
    ASSERT_EQ(said.datagrams.size(), 1U);
    EXPECT_EQ(text_of(said.datagrams.front().octets), "back");
    EXPECT_EQ(said.datagrams.front().peer, media);
}

TEST_F(TurnClientTest, KeepsItsWayOpenOverAnHour) {
    TurnClient::Output said;
    client.begin(said);
    exchange(said);
    for (int minute = 0; minute < 60; ++minute) {
        now += 1min;
        wall.unix_us += 60'000'000;
        allocation.expire(now);
        client.send(media, as_bytes("tick"), now, said);
        exchange(said);
    }
    EXPECT_FALSE(allocation.is_over());
    EXPECT_EQ(arrived.size(), 59U);  // all but the first, which bound the channel
}

TEST_F(TurnClientTest, SaysThatWrongCredentialsFailed) {
    TurnClient stranger("1:x", "wrong", entropy);
    TurnClient::Output said;
    stranger.begin(said);
    for (int i = 0; i < 4 && !said.octets.empty(); ++i) {
        turn::Output answer;
        allocation.receive(as_bytes(said.octets), now, wall, answer);
        said = {};
        for (const auto& frame : answer.frames) stranger.receive(text_of(frame), now, said);
    }
    EXPECT_TRUE(stranger.has_failed());
}

}  // namespace
}  // namespace klassenraum::bench
