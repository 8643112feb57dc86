#include "protocol/turn/allocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/turn/relayed_address.hpp"
#include "tests/protocol/turn/client.hpp"

namespace klassenraum::turn {
namespace {

std::uint16_t code(Error error) {
    return static_cast<std::uint16_t>(error);
}

class TurnAllocation : public testing::Test {
protected:
    std::string sent_to(const Address& peer) {
        std::string text;
        for (const auto& datagram : client_.out.datagrams) {
            if (datagram.peer == peer) text += as_text(datagram.octets);
        }
        client_.out.datagrams.clear();
        return text;
    }

    Pool pool_{config_for_tests()};
    Client client_{pool_};
};

TEST_F(TurnAllocation, AsksForCredentialsAndGivesAnAddressThatNobodyRoutes) {
    const Message challenge = client_.ask(client_.allocate_request());
    EXPECT_EQ(challenge.error, code(Error::Unauthenticated));
    EXPECT_EQ(challenge.realm, "school.example");
    const Message answer = client_.ask(client_.allocate_request());
    ASSERT_TRUE(answer.is(stun::Class::Success, Method::Allocate));
    EXPECT_TRUE(is_relayed(*answer.relayed));
    EXPECT_EQ(answer.mapped, kClient);
    EXPECT_EQ(answer.lifetime, 600U);
    EXPECT_TRUE(verify_integrity(
        answer, long_term_key(client_.credentials.username, client_.realm, client_.credentials.password)));
    EXPECT_EQ(*client_.allocation.relayed(), *answer.relayed);
}

TEST_F(TurnAllocation, RefusesForgedAndExpiredCredentialsAlike) {
    const struct {
        const char* what;
        std::string username;
        bool own_password;
    } rows[] = {
        {"a longer life written into the name", "1999999999:abcdefghijklmnop", true},
        {"no time", "abcdefgh", true},
        {"no number", "x1:abc", true},
        {"an empty name", "", true},
        {"run out", make_credentials(kSecret, WallTime{.unix_us = 1'000'000'000'000'000}, client_.entropy).username,
         false},
    };
    for (const auto& row : rows) {
        Client client(pool_, 3);
        client.credentials.username = row.username;
        if (!row.own_password) {
            client.credentials.password =
                *password_of(row.username, kSecret, WallTime{.unix_us = 1'000'000'000'000'000});
        }
        EXPECT_EQ(client.allocate().error, code(Error::Unauthenticated)) << row.what;
        EXPECT_EQ(client.allocation.relayed(), nullptr) << row.what;
    }
}

TEST_F(TurnAllocation, RefusesWhatItCannotGive) {
    const auto refused = [&](Writer request) {
        Client client(pool_, 5);
        client.ask(client.request(Method::Allocate));
        return client.ask(std::move(request)).error;
    };
    const std::array<std::uint8_t, 4> tcp{6, 0, 0, 0};
    const std::array<std::uint8_t, 4> even_port{0x80, 0, 0, 0};
    EXPECT_EQ(refused(client_.request(Method::Allocate)), code(Error::BadRequest));
    EXPECT_EQ(refused(client_.request(Method::Allocate).octets(Attribute::RequestedTransport, tcp)),
              code(Error::TransportNotSupported));
    EXPECT_EQ(refused(client_.allocate_request().octets(static_cast<Attribute>(0x0018), even_port)),
              code(Error::UnknownAttribute));
    EXPECT_EQ(refused(client_.allocate_request().number(Attribute::RequestedAddressFamily, 9U << 24)),
              code(Error::FamilyNotSupported));
    EXPECT_EQ(refused(client_.request(Method::Refresh)), code(Error::AllocationMismatch));
    EXPECT_EQ(refused(client_.request(static_cast<Method>(0x0a))), code(Error::BadRequest));
}

TEST_F(TurnAllocation, GivesTheFamilyThatIsAskedFor) {
    client_.ask(client_.allocate_request());
    const Message answer = client_.ask(client_.allocate_request().number(Attribute::RequestedAddressFamily, 2U << 24));
    ASSERT_TRUE(answer.relayed);
    EXPECT_FALSE(answer.relayed->is_v4());
    EXPECT_EQ(client_.permit(kPeer).error, code(Error::PeerFamilyMismatch));
    EXPECT_FALSE(client_.permit(kPeerV6).error);
}

TEST_F(TurnAllocation, RelaysToOurOwnMediaPortsOnly) {
    client_.allocate();
    EXPECT_EQ(client_.permit(kStranger).error, code(Error::Forbidden));
    EXPECT_EQ(client_.bind(0x4000, kStranger).error, code(Error::Forbidden));
    Address other_port = kPeer;
    other_port.port = 22;
    EXPECT_EQ(client_.bind(0x4000, other_port).error, code(Error::Forbidden));
    EXPECT_FALSE(client_.permit(kPeer).error);
    client_.indicate(other_port, "no");
    client_.indicate(kStranger, "no");
    EXPECT_TRUE(client_.out.datagrams.empty());
    client_.indicate(kPeer, "yes");
    EXPECT_EQ(sent_to(kPeer), "yes");
}

TEST_F(TurnAllocation, SendsNothingWithoutPermission) {
    client_.indicate(kPeer, "before an allocation");
    client_.allocate();
    client_.indicate(kPeer, "before a permission");
    client_.allocation.relay(kPeer, as_bytes("unasked"), client_.now, client_.out);
    EXPECT_TRUE(client_.out.datagrams.empty());
    EXPECT_TRUE(client_.out.frames.empty());
    client_.permit(kPeer);
    client_.now += kPermissionLifetime;
    client_.indicate(kPeer, "when it is over");
    EXPECT_TRUE(client_.out.datagrams.empty());
    EXPECT_EQ(pool_.counters.datagrams_dropped, 4U);
}

TEST_F(TurnAllocation, CarriesIndicationsBothWays) {
    client_.allocate();
    client_.permit(kPeer);
    client_.indicate(kPeer, "a check");
    EXPECT_EQ(sent_to(kPeer), "a check");
    client_.allocation.relay(kPeer, as_bytes("an answer"), client_.now, client_.out);
    ASSERT_EQ(client_.out.frames.size(), 1U);
    const auto data = parse(client_.out.frames[0]);
    ASSERT_TRUE(data && data->is(stun::Class::Indication, Method::Data));
    EXPECT_EQ(data->peers[0], kPeer);
    EXPECT_EQ(as_text(*data->data), "an answer");
}

TEST_F(TurnAllocation, CarriesChannelsBothWaysWithPadding) {
    client_.allocate();
    EXPECT_FALSE(client_.bind(0x4001, kPeer).error);
    client_.send(Client::channel_data(0x4001, "media"));
    client_.send(Client::channel_data(0x4002, "nobody's"));
    EXPECT_EQ(sent_to(kPeer), "media");
    client_.allocation.relay(kPeer, as_bytes("media"), client_.now, client_.out);
    EXPECT_THAT(client_.out.frames, testing::ElementsAre(Client::channel_data(0x4001, "media")));
}

TEST_F(TurnAllocation, BindsANumberToOnePeerAndAPeerToOneNumber) {
    client_.allocate();
    EXPECT_FALSE(client_.bind(0x4001, kPeer).error);
    EXPECT_FALSE(client_.bind(0x4001, kPeer).error);  // refreshed
    EXPECT_EQ(client_.bind(0x4002, kPeer).error, code(Error::BadRequest));
    EXPECT_EQ(client_.bind(0x4001, kOtherWorker).error, code(Error::BadRequest));
    EXPECT_FALSE(client_.bind(0x4002, kOtherWorker).error);
    EXPECT_EQ(client_.bind(0x3fff, kPeer).error, code(Error::BadRequest));
    EXPECT_EQ(client_.bind(0x5000, kPeer).error, code(Error::BadRequest));
}

TEST_F(TurnAllocation, PutsFramesTogetherFromAnyPieces) {
    client_.allocate();
    client_.bind(0x4001, kPeer);
    std::vector<std::uint8_t> stream = Client::channel_data(0x4001, "one");
    const auto second = Client::channel_data(0x4001, "two2");
    stream.insert(stream.end(), second.begin(), second.end());
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            client_.send(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
        }
        EXPECT_EQ(sent_to(kPeer), "onetwo2") << piece;
    }
}

TEST_F(TurnAllocation, EndsWithARefreshToZeroAndGivesItsAddressBack) {
    client_.allocate();
    EXPECT_EQ(pool_.allocations(), 1U);
    const Message longer = client_.ask(client_.request(Method::Refresh).number(Attribute::Lifetime, 100'000));
    EXPECT_EQ(longer.lifetime, 3600U);
    const Message end = client_.ask(client_.request(Method::Refresh).number(Attribute::Lifetime, 0));
    EXPECT_TRUE(end.is(stun::Class::Success, Method::Refresh));
    EXPECT_TRUE(client_.allocation.is_over());
    EXPECT_EQ(pool_.allocations(), 0U);
}

TEST_F(TurnAllocation, EndsWhenItsTimeIsOverAndWhenNobodyAllocates) {
    client_.allocation.expire(client_.now + kAllocateDeadline - Duration(1));
    EXPECT_FALSE(client_.allocation.is_over());
    client_.allocation.expire(client_.now + kAllocateDeadline);
    EXPECT_TRUE(client_.allocation.is_over());

    Client allocated(pool_, 8);
    allocated.allocate();
    EXPECT_EQ(allocated.allocation.deadline(), allocated.now + kDefaultLifetime);
    allocated.allocation.expire(allocated.now + kDefaultLifetime);
    EXPECT_TRUE(allocated.allocation.is_over());
    EXPECT_EQ(pool_.allocations(), 0U);
}

TEST_F(TurnAllocation, OutlivesItsCredentials) {
    client_.allocate();
    client_.wall.unix_us += 2 * kCredentialLifetime.count();
    EXPECT_FALSE(client_.ask(client_.request(Method::Refresh)).error);
    EXPECT_FALSE(client_.permit(kPeer).error);
}

TEST_F(TurnAllocation, AsksAgainForAnotherNonceAndRefusesAnotherUser) {
    client_.allocate();
    const std::string right = client_.nonce;
    client_.nonce = "of-another-connection";
    EXPECT_EQ(client_.permit(kPeer).error, code(Error::StaleNonce));
    EXPECT_EQ(client_.nonce, right);  // it was told again
    client_.credentials = make_credentials(kSecret, client_.wall, client_.entropy);
    EXPECT_EQ(client_.permit(kPeer).error, code(Error::Unauthenticated));
}

TEST_F(TurnAllocation, EndsAfterTooManyRefusals) {
    for (std::size_t i = 0; i < kMaxRefusals; ++i) {
        EXPECT_FALSE(client_.allocation.is_over()) << i;
        client_.nonce.clear();
        client_.ask(client_.allocate_request());
    }
    EXPECT_TRUE(client_.allocation.is_over());
}

TEST_F(TurnAllocation, EndsAtWhatIsNoFrame) {
    const std::vector<std::uint8_t> rows[] = {
        {'G', 'E', 'T', ' '},
        {0x80, 0, 0, 4, 1, 2, 3, 4},                                               // RTP
        {0x50, 0, 0, 0},                                                           // no channel
        {0x40, 0, 0xff, 0xff},                                                     // a datagram longer than any
        {0x00, 0x01, 0x00, 0x02},                                                  // a length not divisible by four
        {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x43, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},  // another cookie
        {0, 1, 0, 4, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 9},  // past the end
    };
    for (const auto& row : rows) {
        Client client(pool_, 4);
        client.send(row);
        EXPECT_TRUE(client.allocation.is_over()) << static_cast<int>(row[0]) << " " << static_cast<int>(row[1]);
    }
}

TEST_F(TurnAllocation, TellsAnybodyTheirOwnAddress) {
    const Message answer = client_.ask(client_.request(Method::Binding));
    EXPECT_EQ(answer.mapped, kClient);
}

TEST(TurnPool, BoundsWhatOneUserAndWhatAllMayHave) {
    Pool pool(config_for_tests());
    SeededEntropy entropy(2);
    for (std::size_t i = 0; i < kMaxAllocationsPerUser; ++i) EXPECT_TRUE(pool.acquire(Family::V4, "a", entropy));
    EXPECT_EQ(pool.acquire(Family::V4, "a", entropy).error(), Error::QuotaReached);
    for (std::size_t i = kMaxAllocationsPerUser; i < kMaxAllocations; ++i) {
        EXPECT_TRUE(pool.acquire(Family::V4, std::to_string(i), entropy));
    }
    EXPECT_EQ(pool.acquire(Family::V4, "b", entropy).error(), Error::InsufficientCapacity);
}

TEST(TurnPool, GivesBackWhatWasTaken) {
    Pool pool(config_for_tests());
    SeededEntropy entropy(2);
    for (std::size_t i = 0; i < 3 * kMaxAllocationsPerUser; ++i) {
        const auto relayed = pool.acquire(Family::V6, "a", entropy);
        ASSERT_TRUE(relayed);
        pool.release(*relayed, "a");
    }
    EXPECT_EQ(pool.allocations(), 0U);
}

TEST(TurnCredentials, AreGoodForASchoolDayAndNoLonger) {
    SeededEntropy entropy(1);
    const WallTime now{.unix_us = 1'790'000'000'000'000};
    const Credentials made = make_credentials(kSecret, now, entropy);
    const auto after = [&](Duration span) {
        return password_of(made.username, kSecret, WallTime{.unix_us = now.unix_us + span.count()});
    };
    EXPECT_EQ(after(Duration{}), made.password);
    EXPECT_EQ(after(std::chrono::hours(12)), made.password);
    EXPECT_FALSE(after(kCredentialLifetime));
    EXPECT_NE(password_of(made.username, "another secret", now), made.password);
    EXPECT_NE(make_credentials(kSecret, now, entropy).username, made.username);
}

// RFC 8489 §9.2.2 names this very example.
TEST(TurnCredentials, MakeTheKeyOfTheStandard) {
    const std::array<std::uint8_t, 16> expected{0x84, 0x93, 0xfb, 0xc5, 0x3b, 0xa5, 0x82, 0xfb,
                                                0x4c, 0x04, 0x4c, 0x45, 0x6b, 0xdc, 0x40, 0xeb};
    EXPECT_EQ(long_term_key("user", "realm", "pass"), expected);
}

}  // namespace
}  // namespace klassenraum::turn
