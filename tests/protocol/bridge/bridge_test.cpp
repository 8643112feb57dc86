// The whole bridge against simulated clients that do ICE, DTLS and SRTP in virtual time.
#include "protocol/bridge/bridge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/time.h>

#include "tests/protocol/transport/peer.hpp"

extern "C" int gettimeofday(timeval* value, void*) noexcept {
    const auto now = klassenraum::sim::virtual_now().time_since_epoch();
    value->tv_sec = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    value->tv_usec = static_cast<suseconds_t>(now.count() % 1000000);
    return 0;
}

namespace klassenraum::bridge {
namespace {

using sim::Bytes;
using sim::Peer;
using sim::virtual_now;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

const crypto::Identity& identity() {
    static const crypto::Identity identity = crypto::Identity::create();
    return identity;
}

struct Client {
    EndpointId id;
    std::unique_ptr<Peer> peer;
    colibri::EndpointReady ready;
    bool connected = false;
    std::optional<colibri::EndpointFailure> failure;
};

class School {
public:
    School() { bridge.execute(colibri::CreateConference{RoomId{1}}, virtual_now(), out); }

    Client& join(const std::string& name, bool sctp = false) {
        Client& client = *clients.emplace_back(std::make_unique<Client>());
        const std::uint64_t number = clients.size();
        client.id = EndpointId{number};
        client.peer =
            std::make_unique<Peer>(100 + number, Address::v4({198, 51, 100, static_cast<std::uint8_t>(number)}, 5000));
        bridge.execute(
            colibri::CreateEndpoint{.conference = RoomId{1}, .endpoint = client.id, .name = name, .sctp = sctp},
            virtual_now(), out);
        client.ready = std::get<colibri::EndpointReady>(out.events.back());
        out.events.clear();
        client.peer->learn({.ufrag = client.ready.ufrag, .password = client.ready.password});
        return client;
    }
    void accept(Client& client) {
        const transport::RemoteDescription description = client.peer->description();
        colibri::SetRemote remote{.endpoint = client.id,
                                  .ufrag = description.ufrag,
                                  .password = description.password,
                                  .fingerprints = {},
                                  .codecs = {},
                                  .audio_extensions = {},
                                  .video_extensions = {},
                                  .initial_last_n = {}};
        for (const auto& fingerprint : description.fingerprints) {
            remote.fingerprints.push_back({.hash = fingerprint.hash, .value = fingerprint.value});
        }
        remote.codecs.add(rtp::Codec::Opus);
        bridge.execute(remote, virtual_now(), out);
        bridge.execute(colibri::SetSources{.endpoint = client.id,
                                           .sources = {{.name = "microphone", .ssrcs = {ssrc_of(client)}, .rtx = {}}}},
                       virtual_now(), out);
    }
    static std::uint32_t ssrc_of(const Client& client) { return static_cast<std::uint32_t>(7000 + client.id.value); }

    void receive(Bytes octets, const Address& from) { bridge.receive(octets, from, virtual_now(), WallTime{}, out); }
    void run_for(Duration duration) {
        for (const Instant end = virtual_now() + duration; virtual_now() < end;) {
            virtual_now() += 5ms;
            for (const auto& client : clients) {
                client->peer->expire();
                for (auto& item : std::exchange(client->peer->out, {})) receive(std::move(item.octets), item.to);
            }
            bridge.finish_batch(virtual_now(), out);
            bridge.expire(virtual_now(), WallTime{}, out);
            deliver();
        }
    }
    std::uint64_t drops(DropReason reason) const { return bridge.counters().drops[static_cast<std::size_t>(reason)]; }

    SeededEntropy entropy{5};
    sim::Queue sink;
    Output out{sink};
    Bridge bridge{Config{}, identity(), entropy};
    std::vector<std::unique_ptr<Client>> clients;

private:
    void deliver() {
        for (auto& item : std::exchange(sink.items, {})) {
            for (const auto& client : clients) {
                if (client->peer->address() == item.to) client->peer->receive(item.octets);
            }
        }
        for (const colibri::Event& event : std::exchange(out.events, {})) {
            if (const auto* up = std::get_if<colibri::EndpointConnected>(&event))
                client_of(up->endpoint).connected = true;
            if (const auto* down = std::get_if<colibri::EndpointFailed>(&event)) {
                client_of(down->endpoint).failure = down->reason;
            }
        }
    }
    Client& client_of(EndpointId id) { return *clients[id.value - 1]; }
};

// A client whose address changed asks for an ICE restart: it is found by its new ufrag, and the old one is free later.
TEST(Bridge, CarriesMediaOnAfterAnIceRestartFromElsewhere) {
    School school;
    Client& alice = school.join("alice");
    Client& bob = school.join("bob");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    ASSERT_TRUE(alice.connected && bob.connected);
    const Address elsewhere = Address::v4({203, 0, 113, 9}, 40000);
    alice.peer->move_to(elsewhere);
    school.bridge.execute(colibri::RestartIce{.endpoint = alice.id, .generation = 1}, virtual_now(), school.out);
    const auto restarted = std::get<colibri::IceRestarted>(school.out.events.back());
    EXPECT_EQ(restarted.generation, 1U);
    const auto remote = alice.peer->restart({.ufrag = restarted.ufrag, .password = restarted.password});
    colibri::SetRestarted command{
        .endpoint = alice.id, .generation = 2, .ufrag = remote.ufrag, .password = remote.password};
    school.bridge.execute(command, virtual_now(), school.out);
    EXPECT_EQ(school.bridge.counters().commands_refused, 1U);
    command.generation = 1;
    school.bridge.execute(command, virtual_now(), school.out);
    school.run_for(200ms);
    EXPECT_TRUE(alice.peer->nominated);
    alice.peer->out.push_back({elsewhere, alice.peer->rtp(School::ssrc_of(alice), 1)});
    bob.peer->out.push_back({bob.peer->address(), bob.peer->rtp(School::ssrc_of(bob), 1)});
    school.run_for(100ms);
    EXPECT_EQ(bob.peer->rtp_received, 1);
    EXPECT_EQ(alice.peer->rtp_received, 1);

    school.run_for(5s);
    school.receive(alice.peer->check_of(alice.ready.ufrag, alice.ready.password), elsewhere);
    EXPECT_EQ(school.drops(DropReason::StunUnknownUfrag), 1U);
}

TEST(Bridge, ConnectsClientsAndBringsVoicesToTheOthers) {
    School school;
    Client& alice = school.join("alice");
    Client& bob = school.join("bob");
    Client& carol = school.join("carol");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    ASSERT_TRUE(alice.connected && bob.connected && carol.connected);
    ASSERT_TRUE(alice.peer->srtp != nullptr);
    for (std::uint16_t sequence = 1; sequence <= 10; ++sequence) {
        alice.peer->out.push_back({alice.peer->address(), alice.peer->rtp(School::ssrc_of(alice), sequence)});
    }
    school.run_for(100ms);
    EXPECT_EQ(alice.peer->rtp_received, 0);
    EXPECT_EQ(bob.peer->rtp_received, 10);
    EXPECT_EQ(carol.peer->rtp_received, 10);
    EXPECT_EQ(school.bridge.counters().packets_forwarded, 20U);
    EXPECT_EQ(school.bridge.counters().dtls_connected, 3U);
}

TEST(Bridge, HearsNoStrangers) {
    School school;
    Client& alice = school.join("alice");
    Client& bob = school.join("bob");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    const Address stranger = Address::v4({203, 0, 113, 9}, 9);
    const Bytes packet = alice.peer->rtp(School::ssrc_of(alice), 1);
    school.receive(packet, stranger);
    EXPECT_EQ(school.drops(DropReason::UnknownAddress), 1U);
    school.receive(packet, bob.peer->address());  // right words, wrong mouth
    EXPECT_EQ(school.drops(DropReason::SrtpAuthentication), 1U);
    school.receive(packet, alice.peer->address());
    school.receive(packet, alice.peer->address());
    EXPECT_EQ(school.drops(DropReason::SrtpReplay), 1U);
    EXPECT_EQ(school.bridge.counters().packets_forwarded, 1U);
    school.receive({}, stranger);
    school.receive({0xff, 1, 2}, stranger);
    EXPECT_EQ(school.drops(DropReason::UnknownKind), 2U);
}

TEST(Bridge, FollowsAClientToItsNewAddress) {
    School school;
    Client& alice = school.join("alice");
    Client& bob = school.join("bob");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    alice.peer->move_to(Address::v4({198, 51, 100, 77}, 5077));
    school.run_for(1s);
    alice.peer->out.push_back({alice.peer->address(), alice.peer->rtp(School::ssrc_of(alice), 1)});
    school.run_for(50ms);
    EXPECT_EQ(bob.peer->rtp_received, 1);
}

// A learner who can forge sender addresses, as anybody on the school's own network can, sends a check of its own from
// the address of another.
TEST(Bridge, LeavesAnAddressToItsOwnerWhateverARequestSays) {
    School school;
    Client& alice = school.join("alice");
    Client& mallory = school.join("mallory");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    school.receive(mallory.peer->check(), alice.peer->address());
    alice.peer->out.push_back({alice.peer->address(), alice.peer->rtp(School::ssrc_of(alice), 1)});
    school.run_for(50ms);
    EXPECT_EQ(mallory.peer->rtp_received, 1);
    EXPECT_EQ(school.drops(DropReason::SrtpAuthentication), 0U);
}

TEST(Bridge, GivesTheAddressOfAGhostToTheClientThatCameBack) {
    School school;
    Client& ghost = school.join("alice");
    Client& bob = school.join("bob");
    for (const auto& client : school.clients) school.accept(*client);
    school.run_for(2s);
    const Address address = ghost.peer->address();
    ghost.peer = std::make_unique<Peer>(1, Address::v4({203, 0, 113, 9}, 9), sim::PeerOptions{.sends_checks = false});
    Client& alice = school.join("alice");
    alice.peer->move_to(address);
    school.accept(alice);
    school.run_for(2s);
    ASSERT_TRUE(alice.connected);
    alice.peer->out.push_back({alice.peer->address(), alice.peer->rtp(School::ssrc_of(alice), 1)});
    school.run_for(50ms);
    EXPECT_EQ(bob.peer->rtp_received, 1);
}

TEST(Bridge, SaysWhenATransportFails) {
    School school;
    Client& alice = school.join("alice");
    school.accept(alice);
    school.run_for(2s);
    ASSERT_TRUE(alice.connected);
    alice.peer = std::make_unique<Peer>(1, alice.peer->address(),
                                        sim::PeerOptions{.sends_checks = false, .answers_checks = false});
    school.run_for(40s);
    EXPECT_EQ(alice.failure, colibri::EndpointFailure::ConsentLost);
}

TEST(Bridge, OpensTheChannelForTheRightSecretOnly) {
    School school;
    Client& alice = school.join("alice");
    const std::string prefix = "/colibri-ws/w0/";
    ASSERT_EQ(alice.ready.channel_path.rfind(prefix, 0), 0U);
    const std::string rest = alice.ready.channel_path.substr(prefix.size());
    const std::string conference = rest.substr(0, rest.find('/'));
    EXPECT_EQ(rest.substr(rest.find('/') + 1), "alice");
    EXPECT_EQ(alice.ready.channel_password.size(), 24U);
    EXPECT_EQ(school.bridge.authorize(conference, "alice", alice.ready.channel_password), alice.id);
    EXPECT_FALSE(school.bridge.authorize(conference, "alice", "wrong"));
    EXPECT_FALSE(school.bridge.authorize(conference, "bob", alice.ready.channel_password));
    EXPECT_FALSE(school.bridge.authorize("other", "alice", alice.ready.channel_password));
    EXPECT_FALSE(school.bridge.authorize(conference, "alice", ""));
}

TEST(Bridge, GreetsOnTheWebSocketAndClosesItAtTheEnd) {
    School school;
    Client& alice = school.join("alice");
    school.bridge.channel_opened(alice.id, Channel::WebSocket, virtual_now(), school.out);
    ASSERT_FALSE(school.out.texts.empty());
    EXPECT_THAT(school.out.texts.front().text, HasSubstr("ServerHello"));
    school.bridge.execute(colibri::ExpireEndpoint{alice.id}, virtual_now(), school.out);
    ASSERT_EQ(school.out.closes.size(), 1U);
    EXPECT_EQ(school.out.closes[0].code, 1001);
    EXPECT_EQ(school.bridge.counters().endpoints, 0U);
    EXPECT_FALSE(school.bridge.deadline());
}

TEST(Bridge, DoesNotGreetOnADataChannel) {
    School school;
    Client& alice = school.join("alice", true);
    school.accept(alice);
    school.run_for(1s);
    ASSERT_EQ(school.out.sctp_ready.size(), 1U);
    EXPECT_EQ(school.out.sctp_ready[0], alice.id);
    school.bridge.channel_opened(alice.id, Channel::Sctp, virtual_now(), school.out);
    for (const auto& text : school.out.texts) EXPECT_THAT(text.text, ::testing::Not(HasSubstr("ServerHello")));
    alice.peer->send_application_data(as_bytes("an SCTP packet"));
    school.run_for(50ms);
    ASSERT_EQ(school.out.sctp.size(), 1U);
    EXPECT_EQ(as_text(school.out.sctp[0].packet), "an SCTP packet");
    school.bridge.send_sctp(alice.id, as_bytes("an answer"), virtual_now(), school.out);
    school.run_for(50ms);
    ASSERT_EQ(alice.peer->application_data.size(), 1U);
    EXPECT_EQ(as_text(alice.peer->application_data[0]), "an answer");
}

TEST(Bridge, LetsGoOfEverythingWithTheConference) {
    School school;
    for (const char* name : {"alice", "bob", "carol"}) school.accept(school.join(name));
    school.run_for(1s);
    school.bridge.execute(colibri::ExpireConference{RoomId{1}}, virtual_now(), school.out);
    EXPECT_EQ(school.bridge.counters().conferences, 0U);
    EXPECT_EQ(school.bridge.counters().endpoints, 0U);
    school.run_for(1s);
}

TEST(Bridge, HoldsATeacherAndFiveHundredListeners) {
    School school;
    for (std::uint64_t person = 1; person <= 501; ++person) {
        school.bridge.execute(
            colibri::CreateEndpoint{
                .conference = RoomId{1}, .endpoint = EndpointId{person}, .name = "p" + std::to_string(person)},
            virtual_now(), school.out);
    }
    EXPECT_EQ(school.bridge.counters().endpoints, 501U);
    EXPECT_EQ(school.bridge.counters().commands_refused, 0U);
}

TEST(Bridge, RefusesWhatItDoesNotKnowOrCannotHold) {
    School school;
    school.bridge.execute(colibri::CreateEndpoint{.conference = RoomId{9}, .endpoint = EndpointId{50}, .name = "x"},
                          virtual_now(), school.out);
    EXPECT_TRUE(school.out.events.empty());
    Client& alice = school.join("alice");
    school.bridge.execute(colibri::CreateEndpoint{.conference = RoomId{1}, .endpoint = alice.id, .name = "x"},
                          virtual_now(), school.out);
    EXPECT_TRUE(school.out.events.empty());
    EXPECT_EQ(school.bridge.counters().commands_refused, 2U);
    school.bridge.execute(colibri::ExpireEndpoint{EndpointId{999}}, virtual_now(), school.out);
    school.bridge.channel_text(EndpointId{999}, Channel::Sctp, "{}", virtual_now(), school.out);
}

}  // namespace
}  // namespace klassenraum::bridge
