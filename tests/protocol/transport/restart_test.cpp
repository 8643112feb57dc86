// ICE restart in place (RFC 8445 §9, threats.md T10, D7): new credentials and paths under the same DTLS and SRTP.
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/transport/bundle.hpp"
#include "protocol/transport/limits.hpp"
#include "tests/protocol/transport/peer.hpp"

namespace klassenraum::transport {
namespace {

using namespace std::chrono_literals;
using sim::Bytes;
using sim::virtual_now;

const Address kElsewhere = Address::v4({203, 0, 113, 9}, 40000);

const dtls::ServerContext& server() {
    static const dtls::ServerContext context(crypto::Identity::create());
    return context;
}

struct IceRestart : testing::Test {
    IceRestart() {
        world.accept();
        EXPECT_TRUE(world.run_until([&] { return world.connected() && world.peer.srtp != nullptr; }, 5s));
    }
    bool restart() {
        const auto local = world.bundle.restart_ice(virtual_now());
        if (!local) return false;
        auto remote = world.peer.restart(*local);
        return world.bundle.set_restarted(remote.ufrag, remote.password, virtual_now(), world.sink);
    }
    DropReason media(std::uint16_t sequence, const Address& from) {
        return world.receive(world.peer.rtp(7, sequence), from);
    }
    bool knows(std::string_view ufrag) const {
        const auto all = world.bundle.ufrags();
        return std::find(all.begin(), all.end(), ufrag) != all.end();
    }
    sim::World world{server(), 1};
};

TEST_F(IceRestart, MovesMediaToTheNewPathUnderTheSameKeys) {
    const Address before = world.peer.address();
    const std::string former = world.bundle.local().ufrag;
    world.peer.move_to(kElsewhere);
    ASSERT_TRUE(restart());
    EXPECT_NE(world.bundle.ufrags().at(1), former);
    ASSERT_TRUE(world.run_until([&] { return *world.bundle.destination() == kElsewhere; }, 1s));
    EXPECT_TRUE(world.peer.nominated);
    EXPECT_NE(world.bundle.local().ufrag, former);
    EXPECT_EQ(media(1, kElsewhere), DropReason::None);
    EXPECT_EQ(media(2, before), DropReason::None);  // was under way
}

TEST_F(IceRestart, GoesOnByTheOldPathUntilTheNewOneIsProven) {
    const Address before = world.peer.address();
    ASSERT_TRUE(world.bundle.restart_ice(virtual_now()));
    world.run_for(5s);
    ASSERT_NE(world.bundle.destination(), nullptr);
    EXPECT_EQ(*world.bundle.destination(), before);
    EXPECT_EQ(media(1, before), DropReason::None);
}

// T10.
TEST_F(IceRestart, ForgetsTheOldCredentialsThreeSecondsAfterTheNewPathWorks) {
    const std::string former = world.bundle.local().ufrag;
    const Bytes old_check = world.peer.check();
    const Address before = world.peer.address();
    world.peer.move_to(kElsewhere);
    ASSERT_TRUE(restart());
    ASSERT_TRUE(world.run_until([&] { return world.bundle.local().ufrag != former; }, 1s));
    EXPECT_TRUE(knows(former));
    EXPECT_TRUE(world.bundle.accepts(before));
    const std::uint32_t version = world.bundle.paths_version();
    world.run_for(kFormerLifetime + 100ms);
    EXPECT_FALSE(knows(former));
    EXPECT_FALSE(world.bundle.accepts(before));
    EXPECT_NE(world.bundle.paths_version(), version);
    EXPECT_NE(world.receive(old_check, before), DropReason::None);
    EXPECT_EQ(media(1, before), DropReason::UnknownAddress);
}

TEST_F(IceRestart, IsGivenUpWhenNobodyComesByIt) {
    const std::string former = world.bundle.local().ufrag;
    ASSERT_TRUE(world.bundle.restart_ice(virtual_now()));
    EXPECT_EQ(world.bundle.ufrags().size(), 2U);
    world.run_for(kRestartTimeout + 100ms);
    EXPECT_EQ(world.bundle.ufrags().size(), 1U);
    EXPECT_EQ(world.bundle.local().ufrag, former);
    EXPECT_TRUE(world.connected());
    EXPECT_FALSE(world.bundle.set_restarted("abcd", std::string(24, 'x'), virtual_now(), world.sink));
}

TEST_F(IceRestart, BringsBackAConnectionWhoseConsentRunsOutMeanwhile) {
    // Nothing arrives from the old place any more, and the client cannot come from the new one before 32 s are over.
    world.link_options.loss = 1;
    world.run_for(29s);
    world.peer.move_to(kElsewhere);
    ASSERT_TRUE(restart());
    world.run_for(5s);
    EXPECT_EQ(world.bundle.destination(), nullptr);
    EXPECT_TRUE(world.connected());
    world.bundle.send_sctp(as_bytes("to nobody"), virtual_now(), world.sink);
    world.link_options.loss = 0;
    world.run_for(3s);
    ASSERT_NE(world.bundle.destination(), nullptr);
    EXPECT_EQ(*world.bundle.destination(), kElsewhere);
}

TEST_F(IceRestart, GivesWayToANewerOne) {
    ASSERT_TRUE(world.bundle.restart_ice(virtual_now()));
    const std::string first(world.bundle.ufrags().at(1));
    world.peer.move_to(kElsewhere);
    ASSERT_TRUE(restart());
    EXPECT_FALSE(knows(first));
    EXPECT_TRUE(world.run_until([&] { return *world.bundle.destination() == kElsewhere; }, 1s));
    const std::string second = world.bundle.local().ufrag;
    world.peer.move_to(Address::v4({203, 0, 113, 9}, 40001));
    ASSERT_TRUE(restart());
    EXPECT_TRUE(world.run_until([&] { return world.bundle.destination()->port == 40001; }, 1s));
    EXPECT_LE(world.bundle.paths().size(), kMaxPaths);
    world.run_for(60s);
    EXPECT_TRUE(world.connected());
    EXPECT_EQ(world.bundle.ufrags().size(), 1U);
    EXPECT_FALSE(knows(second));
}

TEST_F(IceRestart, NeedsAConnectionToContinue) {
    sim::World unconnected(server(), 2);
    EXPECT_FALSE(unconnected.bundle.restart_ice(virtual_now()));
    world.peer.close_dtls();
    world.run_for(50ms);
    EXPECT_FALSE(world.bundle.restart_ice(virtual_now()));
}

TEST_F(IceRestart, TakesOnlyCredentialsThatRfc8839Allows) {
    ASSERT_TRUE(world.bundle.restart_ice(virtual_now()));
    EXPECT_FALSE(world.bundle.set_restarted("abc", std::string(24, 'x'), virtual_now(), world.sink));
    EXPECT_FALSE(world.bundle.set_restarted("abcd", "short", virtual_now(), world.sink));
    EXPECT_TRUE(world.bundle.set_restarted("abcd", std::string(24, 'x'), virtual_now(), world.sink));
    EXPECT_FALSE(world.bundle.set_restarted("abcd", std::string(24, 'y'), virtual_now(), world.sink));
}

}  // namespace
}  // namespace klassenraum::transport
