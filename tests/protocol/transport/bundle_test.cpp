#include "protocol/transport/bundle.hpp"

#include <gtest/gtest.h>
#include <sys/time.h>

#include "protocol/dtls/limits.hpp"
#include "protocol/ice/limits.hpp"
#include "tests/protocol/transport/peer.hpp"

// The simulated client's OpenSSL lives in virtual time; the bundle must not need it.
extern "C" int gettimeofday(timeval* value, void*) noexcept {
    const auto now = klassenraum::sim::virtual_now().time_since_epoch();
    value->tv_sec = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    value->tv_usec = static_cast<suseconds_t>(now.count() % 1000000);
    return 0;
}

namespace klassenraum::transport {
namespace {

using namespace std::chrono_literals;
using sim::Bytes;
using sim::LinkOptions;
using sim::Peer;
using sim::PeerOptions;
using sim::virtual_now;
using sim::World;

const Address kStranger = Address::v4({203, 0, 113, 66}, 6666);

const dtls::ServerContext& server() {
    static const dtls::ServerContext context(crypto::Identity::create());
    return context;
}

struct ConnectedWorld : World {
    explicit ConnectedWorld(std::uint64_t seed, PeerOptions options = {}) : World(server(), seed, options) {
        accept();
        EXPECT_TRUE(run_until([&] { return connected() && peer.srtp != nullptr; }, 5s));
    }
};

TEST(Bundle, ConnectsAndNominates) {
    World world(server(), 1);
    world.accept();
    EXPECT_TRUE(world.run_until([&] { return world.connected() && world.peer.dtls_done(); }, 1s));
    EXPECT_TRUE(world.peer.nominated);
    ASSERT_NE(world.bundle.destination(), nullptr);
    EXPECT_EQ(*world.bundle.destination(), world.peer.address());
    EXPECT_LE(world.peer.longest_dtls, 1200U);
    EXPECT_TRUE(world.astray.empty());
}

// A browser prefers AES-CM in its list; the server's order wins (jitsi-media.md §0.4).
TEST(Bundle, ChoosesGcmAndFallsBackToAesCm) {
    const ConnectedWorld both(2);
    EXPECT_EQ(SSL_get_selected_srtp_profile(both.peer.ssl())->id, static_cast<unsigned long>(SRTP_AEAD_AES_128_GCM));
    ConnectedWorld old(3, {.srtp_profiles = "SRTP_AES128_CM_SHA1_80"});
    EXPECT_EQ(old.receive(old.peer.rtp(7, 1), old.peer.address()), DropReason::None);
}

TEST(Bundle, CarriesMediaBothWaysAndTellsReplayFromForgery) {
    ConnectedWorld world(4);
    const Bytes packet = world.peer.rtp(7, 100);
    EXPECT_EQ(world.receive(packet, world.peer.address()), DropReason::None);
    EXPECT_EQ(world.receive(packet, world.peer.address()), DropReason::SrtpReplay);
    const Bytes report = world.peer.rtcp(7);
    EXPECT_EQ(world.receive(report, world.peer.address()), DropReason::None);
    EXPECT_EQ(world.receive(report, world.peer.address()), DropReason::SrtpReplay);
    Bytes forged = world.peer.rtp(7, 101);
    forged.back() ^= 1;
    EXPECT_EQ(world.receive(forged, world.peer.address()), DropReason::SrtpAuthentication);

    Bytes slot(kDatagramCapacity);
    const auto length = world.bundle.protect_rtp(slot, Peer::write_rtp(slot, 9, 1));
    ASSERT_TRUE(length);
    world.peer.receive(ByteView(slot).first(*length));
    EXPECT_EQ(world.peer.rtp_received, 1);
}

TEST(Bundle, CarriesSctpPacketsBothWays) {
    ConnectedWorld world(5);
    world.peer.send_application_data(as_bytes("from the client"));
    world.bundle.send_sctp(as_bytes("from the bridge"), virtual_now(), world.sink);
    world.run_for(50ms);
    ASSERT_EQ(world.sctp.size(), 1U);
    EXPECT_EQ(as_text(world.sctp[0]), "from the client");
    ASSERT_EQ(world.peer.application_data.size(), 1U);
    EXPECT_EQ(as_text(world.peer.application_data[0]), "from the bridge");
}

// jitsi-media.md §0.2 and §0.3: Chromium is in DTLS before its session-accept has come, and its ClientHello is in
// pieces.
TEST(Bundle, KeepsAClientHelloThatComesBeforeTheSessionAccept) {
    World world(server(), 6);
    world.run_for(140ms);  // the client's next retransmission is due at 320 ms
    EXPECT_TRUE(world.peer.answered);
    EXPECT_EQ(world.peer.dtls_received, 0);
    EXPECT_EQ(world.peer.checks_received, 0);
    const Instant accepted = virtual_now();
    world.accept();
    EXPECT_TRUE(world.run_until([&] { return world.connected(); }, 1s));
    EXPECT_LT(virtual_now() - accepted, 60ms);  // two round trips; no retransmission was waited for
}

TEST(Bundle, KeepsABoundedNumberOfEarlyDatagrams) {
    World world(server(), 7);
    world.receive(world.peer.check(), world.peer.address());
    const Bytes early(100, 22);
    int kept = 0;
    for (int i = 0; i < 100; ++i) kept += world.receive(early, world.peer.address()) == DropReason::None ? 1 : 0;
    EXPECT_EQ(kept, 8);
    EXPECT_EQ(world.receive(early, kStranger), DropReason::UnknownAddress);
}

// D6, F3: thirty per cent each way.
TEST(Bundle, CompletesTheHandshakeWithinTenSecondsAtThirtyPercentLoss) {
    int late = 0;
    for (std::uint64_t seed = 100; seed < 200; ++seed) {
        World world(server(), seed, {.mtu = 800}, {.loss = 0.3, .latency = 25ms});
        world.accept();
        if (!world.run_until([&] { return world.connected() && world.peer.dtls_done(); }, 10s)) ++late;
        EXPECT_TRUE(world.astray.empty());
    }
    // 0.9 % of the runs lose all seven checks (T4), whatever the handshake does.
    EXPECT_LE(late, 2);
}

TEST(Bundle, SurvivesTheLossOfAnySingleDatagramOfTheHandshake) {
    // A short outage at each moment of a handshake that takes about 80 ms on this link.
    for (Duration start = 0ms; start < 120ms; start += 5ms) {
        World world(server(), 300);
        world.accept();
        world.run_for(start);
        world.link_options.loss = 1;
        world.run_for(10ms);
        world.link_options.loss = 0;
        EXPECT_TRUE(world.run_until([&] { return world.connected() && world.peer.dtls_done(); }, 2s)) << start.count();
    }
}

TEST(Bundle, ReleasesNothingToAWrongFingerprint) {
    World world(server(), 8);
    auto description = world.peer.description();
    description.fingerprints = {{"sha-256", crypto::Identity::create().fingerprint()}};
    world.accept(description);
    EXPECT_TRUE(world.run_until([&] { return world.failed(Bundle::Failure::FingerprintMismatch); }, 1s));
    EXPECT_EQ(world.bundle.destination(), nullptr);
    Bytes slot(kDatagramCapacity);
    EXPECT_FALSE(world.bundle.protect_rtp(slot, Peer::write_rtp(slot, 9, 1)));
    world.run_for(1s);
    EXPECT_TRUE(world.sctp.empty());
}

TEST(Bundle, RefusesSha1Fingerprints) {
    World world(server(), 9);
    auto description = world.peer.description();
    description.fingerprints[0].hash = "sha-1";
    world.accept(description);
    EXPECT_TRUE(world.run_until([&] { return world.failed(Bundle::Failure::FingerprintMismatch); }, 1s));
}

// D4, D5.
TEST(Bundle, RefusesHandshakesThatLackWhatSrtpNeeds) {
    const PeerOptions refused[] = {
        {.shows_certificate = false},
        {.srtp_profiles = nullptr},
        {.srtp_profiles = "SRTP_AES128_CM_SHA1_32"},
        {.ciphers = "ECDHE-ECDSA-AES128-SHA256"},
        {.ssl_options = SSL_OP_NO_EXTENDED_MASTER_SECRET},
        {.ssl_options = SSL_OP_NO_DTLSv1_2},
    };
    for (const PeerOptions& options : refused) {
        World world(server(), 10, options);
        world.accept();
        EXPECT_TRUE(world.run_until([&] { return world.failed(Bundle::Failure::DtlsFailed); }, 31s))
            << (&options - refused);
    }
}

// T2.
TEST(Bundle, AnswersNoStunThatIsNotAuthenticated) {
    World world(server(), 11);
    EXPECT_EQ(world.receive(world.peer.check("not the password, but long"), kStranger), DropReason::StunIntegrity);
    Bytes changed = world.peer.check();
    changed[24] ^= 1;  // in USERNAME; the CRC is wrong now as well
    EXPECT_EQ(world.receive(changed, kStranger), DropReason::StunMalformed);
    EXPECT_TRUE(world.sink.items.empty());
    EXPECT_TRUE(world.bundle.paths().empty());

    const Bytes request = world.peer.check();
    EXPECT_EQ(world.receive(request, kStranger), DropReason::None);
    ASSERT_EQ(world.sink.items.size(), 1U);
    EXPECT_LE(world.sink.items[0].octets.size() * 10, request.size() * 12);
}

// T4: a client may give us anybody's address as its own; that address must confirm it.
TEST(Bundle, SendsASilentAddressSevenChecksAndNothingElse) {
    ConnectedWorld world(12);
    world.receive(world.peer.check(), kStranger);
    const Bytes media = world.peer.rtp(7, 1);
    EXPECT_EQ(world.receive(media, kStranger), DropReason::None);  // T3: from every path that passed
    for (int second = 0; second < 60; ++second) {
        world.run_for(1s);
        EXPECT_EQ(*world.bundle.destination(), world.peer.address());
    }
    int checks = 0;
    for (const auto& item : world.astray) {
        const auto message = stun::parse(item.octets);
        ASSERT_TRUE(message);
        checks += message->message_class == stun::Class::Request ? 1 : 0;
    }
    EXPECT_EQ(checks, static_cast<int>(ice::kMaxUnansweredChecks));
    EXPECT_EQ(world.astray.size(), ice::kMaxUnansweredChecks + 1);  // and the answer to the client's own check
}

// T3, T11.
TEST(Bundle, HearsNothingFromAnAddressWithoutACheck) {
    ConnectedWorld world(13);
    const Bytes media = world.peer.rtp(7, 1);
    EXPECT_EQ(world.receive(media, kStranger), DropReason::UnknownAddress);
    EXPECT_EQ(world.receive(media, world.peer.address()), DropReason::None);
    EXPECT_EQ(*world.bundle.destination(), world.peer.address());
}

// T5.
TEST(Bundle, StopsSendingThirtySecondsAfterTheLastAnswer) {
    ConnectedWorld world(14);
    world.run_for(20s);
    EXPECT_TRUE(world.connected());
    world.link_options.loss = 1;
    world.run_for(24s);
    EXPECT_TRUE(world.connected());
    world.run_for(12s);
    EXPECT_TRUE(world.failed(Bundle::Failure::ConsentLost));
    EXPECT_EQ(world.bundle.destination(), nullptr);
    EXPECT_EQ(world.bundle.deadline(), std::nullopt);
}

TEST(Bundle, KeepsConsentForALessonAtThirtyPercentLoss) {
    ConnectedWorld world(15);
    world.link_options.loss = 0.3;
    world.run_for(45min);
    EXPECT_TRUE(world.connected());
}

// F7: the client's address changes under it; its checks and its media come from the new one.
TEST(Bundle, FollowsTheClientToItsNewAddress) {
    ConnectedWorld world(16);
    world.run_for(5s);
    world.receive(world.peer.rtp(7, 1), world.peer.address());
    const std::uint32_t version = world.bundle.paths_version();
    const Address moved = Address::v4({198, 51, 100, 7}, 50001);
    world.peer.move_to(moved);
    world.run_for(300ms);
    EXPECT_NE(world.bundle.paths_version(), version);
    EXPECT_NE(*world.bundle.destination(), moved);  // proven, but not used yet
    world.receive(world.peer.rtp(7, 2), moved);
    EXPECT_EQ(*world.bundle.destination(), moved);
    world.run_for(40s);
    EXPECT_TRUE(world.connected());
    EXPECT_EQ(*world.bundle.destination(), moved);
}

TEST(Bundle, FollowsASilentClientByItsChecksAlone) {
    ConnectedWorld world(17);
    const Address moved = Address::v4({198, 51, 100, 7}, 50001);
    world.peer.move_to(moved);
    world.run_for(12s);
    EXPECT_EQ(*world.bundle.destination(), moved);
}

// T6.
TEST(Bundle, BoundsItsPathsAndKeepsTheSelectedOne) {
    ConnectedWorld world(18);
    for (std::uint16_t port = 1; port <= 100; ++port) {
        const auto reason = world.receive(world.peer.check(), Address::v4({203, 0, 113, 1}, port));
        EXPECT_EQ(reason, port < ice::kMaxPairs ? DropReason::None : DropReason::TooManyPairs);
    }
    EXPECT_EQ(world.bundle.paths().size(), ice::kMaxPairs);
    EXPECT_TRUE(world.bundle.accepts(world.peer.address()));
    world.run_for(35s);
    const Address late = Address::v4({203, 0, 113, 2}, 1);
    EXPECT_EQ(world.receive(world.peer.check(), late), DropReason::None);
    EXPECT_TRUE(world.bundle.accepts(late));
    EXPECT_TRUE(world.bundle.accepts(world.peer.address()));
    EXPECT_EQ(world.bundle.paths().size(), ice::kMaxPairs);
}

// T9.
TEST(Bundle, IgnoresAddressesThatNobodyCanHave) {
    World world(server(), 19);
    for (const Address& nobody :
         {Address::v4({224, 0, 0, 1}, 5), Address::v4({0, 0, 0, 0}, 5), Address::v4({9, 9, 9, 9}, 0),
          Address{.ip = {0xff, 0x02}, .port = 5}, Address{.ip = {}, .port = 5}}) {
        EXPECT_EQ(world.receive(world.peer.check(), nobody), DropReason::StunMalformed);
    }
    EXPECT_TRUE(world.sink.items.empty());
}

// RFC 8445 §7.3.1.1: the larger tie-breaker stays controlling.
TEST(Bundle, SettlesARoleConflict) {
    World weaker(server(), 20, {.role_tie_breaker = 1});
    weaker.accept();
    weaker.run_for(100ms);
    EXPECT_GT(weaker.peer.conflicts, 0);

    World stronger(server(), 21, {.role_tie_breaker = ~0ULL});
    stronger.accept();
    EXPECT_TRUE(stronger.run_until([&] { return stronger.connected(); }, 1s));
    EXPECT_EQ(stronger.peer.conflicts, 0);
    EXPECT_FALSE(stronger.peer.nominated);
}

TEST(Bundle, GivesUpWhenNobodyComes) {
    World unanswered(server(), 22, {.answers_checks = false});
    unanswered.accept();
    unanswered.run_for(29s);
    EXPECT_EQ(unanswered.bundle.state(), Bundle::State::Connecting);
    unanswered.run_for(2s);
    EXPECT_TRUE(unanswered.failed(Bundle::Failure::IceTimeout));

    World unsignalled(server(), 23, {.sends_checks = false});
    unsignalled.run_for(119s);
    EXPECT_EQ(unsignalled.bundle.state(), Bundle::State::Connecting);
    unsignalled.run_for(2s);
    EXPECT_TRUE(unsignalled.failed(Bundle::Failure::IceTimeout));
}

// D1: after the handshake anybody on the path can still write clear alerts.
TEST(Bundle, IgnoresClearAlertsOnceConnected) {
    ConnectedWorld world(24);
    const Bytes fatal = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40};
    world.receive(fatal, world.peer.address());
    world.peer.send_application_data(as_bytes("still here"));
    world.run_for(50ms);
    EXPECT_TRUE(world.connected());
    EXPECT_EQ(world.sctp.size(), 1U);
}

TEST(Bundle, TakesCloseNotifyAsTheEndOfConsent) {
    ConnectedWorld world(25);
    world.peer.close_dtls();
    world.run_for(50ms);
    EXPECT_TRUE(world.failed(Bundle::Failure::ConsentLost));
}

// An association whose peer uses the keys and sends no data: nothing of OpenSSL's is left of it.
struct RetiredWorld : ConnectedWorld {
    explicit RetiredWorld(std::uint64_t seed) : ConnectedWorld(seed) {
        receive(peer.rtp(7, 1), peer.address());
        run_for(dtls::kDataPatience + 1s);
    }
};

TEST(Bundle, SaysFarewellWithoutOpenSsl) {
    RetiredWorld world(26);
    EXPECT_EQ(world.receive(world.peer.rtp(7, 2), world.peer.address()), DropReason::None);
    world.bundle.send_sctp(as_bytes("to nobody"), virtual_now(), world.sink);
    world.bundle.close(virtual_now(), world.sink);
    world.run_for(50ms);
    EXPECT_TRUE(world.peer.application_data.empty());
    EXPECT_EQ(SSL_get_shutdown(world.peer.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

TEST(Bundle, AsksWhoMayHaveSaidFarewellAndBelievesHisSilence) {
    RetiredWorld world(27);
    world.peer.close_dtls();
    world.run_for(world.link_options.latency + 5ms);
    world.link_options.loss = 1;  // with the farewell it is gone
    world.run_for(ice::kDoubtTimeout - 100ms);
    EXPECT_TRUE(world.connected());
    world.run_for(200ms);
    EXPECT_TRUE(world.failed(Bundle::Failure::ConsentLost));
}

TEST(Bundle, ForgedFarewellsEndNothing) {
    RetiredWorld world(28);
    Bytes forged = {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26};
    forged.resize(13 + 26, 0x5a);
    const int checks = world.peer.checks_received;
    for (int i = 0; i < 100; ++i) {
        world.receive(forged, world.peer.address());
        world.run_for(100ms);
    }
    EXPECT_TRUE(world.connected());
    EXPECT_LE(world.peer.checks_received - checks, 100);
    world.receive(forged, kStranger);
    world.link_options.loss = 1;
    world.run_for(ice::kConsentTimeout - ice::kConsentCheckMax - 1s);
    EXPECT_TRUE(world.connected());
}

TEST(Bundle, CarriesDataLateWhereItBeganInTime) {
    ConnectedWorld world(29);
    world.receive(world.peer.rtp(7, 1), world.peer.address());
    world.run_for(dtls::kDataPatience - 1s);
    world.peer.send_application_data(as_bytes("a beginning"));
    world.run_for(10min);
    world.peer.send_application_data(as_bytes("long after it"));
    world.run_for(50ms);
    ASSERT_EQ(world.sctp.size(), 2U);
    EXPECT_EQ(as_text(world.sctp[1]), "long after it");
}

TEST(Bundle, WaitsForDataOnlyShortlyWhereItGoesAnotherWay) {
    for (const bool begun : {false, true}) {
        ConnectedWorld world(31);
        world.receive(world.peer.rtp(7, 1), world.peer.address());
        world.bundle.expect_no_sctp(virtual_now());
        if (begun) world.peer.send_application_data(as_bytes("already begun"));
        world.run_for(dtls::kShortDataPatience + 500ms);
        world.peer.send_application_data(as_bytes("now"));
        world.run_for(50ms);
        EXPECT_EQ(world.sctp.size(), begun ? 2U : 0U);
    }
}

// It may not have our Finished yet, and asks for it again.
TEST(Bundle, KeepsOpenSslWhileThePeerUsesNoKeys) {
    ConnectedWorld world(30);
    world.run_for(10 * dtls::kDataPatience);
    world.peer.send_application_data(as_bytes("at last"));
    world.run_for(50ms);
    EXPECT_EQ(world.sctp.size(), 1U);
}

TEST(Bundle, TakesOneRemoteDescriptionOnly) {
    ConnectedWorld world(26);
    EXPECT_FALSE(world.bundle.set_remote(world.peer.description(), virtual_now(), world.sink));
    World other(server(), 27);
    EXPECT_FALSE(other.bundle.set_remote({"abc", std::string(24, 'x'), {}}, virtual_now(), other.sink));
    EXPECT_FALSE(other.bundle.set_remote({"abcd", std::string(257, 'x'), {}}, virtual_now(), other.sink));
}

// T7.
TEST(Bundle, DrawsCredentialsThatCannotBeGuessed) {
    SeededEntropy entropy(28);
    const Bundle first(server(), entropy, virtual_now());
    const Bundle second(server(), entropy, virtual_now());
    EXPECT_GE(first.local().ufrag.size(), 8U);
    EXPECT_GE(first.local().password.size(), 24U);
    EXPECT_NE(first.local().ufrag, second.local().ufrag);
    EXPECT_NE(first.local().password, second.local().password);
}

TEST(Bundle, NamesTheUfragOfARequest) {
    World world(server(), 29);
    const Bytes request = world.peer.check();
    EXPECT_EQ(Bundle::local_ufrag_of(request), world.bundle.local().ufrag);
    EXPECT_EQ(Bundle::local_ufrag_of(ByteView(request).first(40)), std::nullopt);
}

}  // namespace
}  // namespace klassenraum::transport
