// What follows the handshake: our record layer against OpenSSL's, for every suite that we accept.
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>

#include "tests/protocol/transport/peer.hpp"

namespace klassenraum::transport {
namespace {

using namespace std::chrono_literals;
using sim::Bytes;
using sim::Peer;
using sim::PeerOptions;
using sim::virtual_now;
using sim::World;

const dtls::ServerContext& server() {
    static const dtls::ServerContext context(crypto::Identity::create());
    return context;
}

class Suites : public testing::TestWithParam<const char*> {
protected:
    Suites() {
        world.accept();
        EXPECT_TRUE(world.run_until([this] { return world.connected() && world.peer.srtp != nullptr; }, 5s));
        world.run_for(1s);
    }
    // The peer's records, before anybody got them.
    Bytes written(std::string_view text) {
        world.peer.out.clear();
        world.peer.send_application_data(as_bytes(text));
        Bytes record = world.peer.out.at(0).octets;
        world.peer.out.clear();
        return record;
    }
    void give(const Bytes& record) { world.receive(record, world.peer.address()); }
    std::vector<std::string> heard() const {
        std::vector<std::string> texts;
        for (const auto& packet : world.sctp) texts.emplace_back(as_text(packet));
        return texts;
    }

    World world{server(), 77, {.ciphers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Accepted,
                         Suites,
                         testing::Values("ECDHE-ECDSA-AES128-GCM-SHA256",
                                         "ECDHE-ECDSA-CHACHA20-POLY1305",
                                         "ECDHE-ECDSA-AES256-GCM-SHA384"),
                         [](const auto& parameter) {
                             std::string name;
                             for (const char letter : std::string(parameter.param))
                                 if (letter != '-') name += letter;
                             return name;
                         });

TEST_P(Suites, AreSpokenAsOpenSslSpeaksThem) {
    for (std::size_t size = 1; size <= 1200; size += 109) {
        const std::string text(size, static_cast<char>('a' + size % 26));
        world.peer.send_application_data(as_bytes(text));
        world.bundle.send_sctp(as_bytes(text), virtual_now(), world.sink);
        world.run_for(50ms);
        ASSERT_FALSE(world.sctp.empty());
        ASSERT_FALSE(world.peer.application_data.empty());
        EXPECT_EQ(as_text(world.sctp.back()), text);
        EXPECT_EQ(as_text(world.peer.application_data.back()), text);
    }
    EXPECT_EQ(world.sctp.size(), 12U);
    EXPECT_EQ(world.peer.application_data.size(), 12U);
}

TEST_P(Suites, HearNothingTwiceAndNothingForged) {
    const Bytes first = written("first");
    const Bytes second = written("second");
    give(second);
    give(first);
    give(first);
    give(second);
    EXPECT_EQ(heard(), (std::vector<std::string>{"second", "first"}));
    const Bytes third = written("third");
    for (std::size_t octet = 0; octet < third.size(); ++octet) {
        Bytes changed = third;
        changed[octet] ^= 1;
        give(changed);
    }
    EXPECT_EQ(heard().size(), 2U);
    give(third);
    EXPECT_EQ(heard().size(), 3U);
}

TEST_P(Suites, ForgetWhatIsMoreThanSixtyFourRecordsBehind) {
    std::vector<Bytes> records;
    for (int i = 0; i < 70; ++i) records.push_back(written("record " + std::to_string(i)));
    give(records[69]);
    give(records[5]);
    EXPECT_EQ(heard().size(), 1U);
    give(records[6]);
    EXPECT_EQ(heard().size(), 2U);
}

TEST_P(Suites, SurviveDatagramsCutAnywhere) {
    const Bytes record = written("whole");
    for (std::size_t length = 0; length < record.size(); ++length) {
        Bytes cut(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(length));
        give(cut);
        if (length < 13) continue;
        cut[11] = static_cast<std::uint8_t>((length - 13) >> 8);  // and say so
        cut[12] = static_cast<std::uint8_t>(length - 13);
        give(cut);
    }
    EXPECT_TRUE(heard().empty());
    EXPECT_TRUE(world.connected());
    give(record);
    EXPECT_EQ(heard().size(), 1U);
}

TEST_P(Suites, EndWithACloseNotifyThatTheOtherSideUnderstands) {
    world.bundle.close(virtual_now(), world.sink);
    world.run_for(50ms);
    EXPECT_NE(SSL_get_shutdown(world.peer.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

// RFC 6347 §4.2.4: the last flight is ours, and only the peer's Finished, once more, tells that it was lost.
TEST_P(Suites, SendTheLastFlightAgain) {
    World other(server(), 78, {.ciphers = GetParam()});
    other.accept();
    other.link_options.latency = 10ms;
    EXPECT_TRUE(other.run_until([&] { return other.connected(); }, 5s));
    // It is under way. Nothing of it arrives.
    EXPECT_FALSE(other.peer.dtls_done());
    other.lose_what_flies();
    EXPECT_TRUE(other.run_until([&] { return other.peer.dtls_done(); }, 5s));
    other.bundle.send_sctp(as_bytes("and go on"), virtual_now(), other.sink);
    other.run_for(50ms);
    ASSERT_EQ(other.peer.application_data.size(), 1U);
}

// The record sequence numbers and GCM's explicit nonces of everything we ever sent, the handshake's Finished included.
TEST_P(Suites, UseNoNumberTwice) {
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint64_t> nonces;
    World other(server(), 79, {.ciphers = GetParam()});
    other.accept();
    const auto watch = [&] {
        for (const auto& item : other.sink.items) {
            ByteReader in(item.octets);
            while (in.remaining() > 13 && item.octets[0] >= 20 && item.octets[0] <= 23) {
                in.skip(3);
                const std::uint64_t number = in.u64();
                ByteReader body(in.bytes(in.u16()));
                if (number >> 48 == 0) continue;
                numbers.push_back(number);
                nonces.push_back(body.u64());
            }
        }
    };
    other.watch = watch;
    EXPECT_TRUE(other.run_until([&] { return other.connected() && other.peer.dtls_done(); }, 5s));
    for (int i = 0; i < 20; ++i) {
        other.bundle.send_sctp(as_bytes("text"), virtual_now(), other.sink);
        other.run_for(10ms);
    }
    ASSERT_EQ(numbers.size(), 21U);
    for (auto* list : {&numbers, &nonces}) {
        std::sort(list->begin(), list->end());
        EXPECT_EQ(std::adjacent_find(list->begin(), list->end()), list->end());
    }
    EXPECT_EQ(numbers.back() - numbers.front(), 20U);
}

// ICE, DTLS and SRTP of one participant between datagrams. OpenSSL alone held 45 kB of it.
TEST(Connected, HoldsLittle) {
    constexpr std::size_t kCount = 20;
    constexpr std::size_t kMost = 12 * 1024;
    server();
    std::vector<std::unique_ptr<World>> worlds;
    std::size_t held = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
        worlds.push_back(std::make_unique<World>(server(), 100 + i));
        worlds.back()->accept();
        EXPECT_TRUE(worlds.back()->run_until(
            [&] { return worlds.back()->connected() && worlds.back()->peer.srtp != nullptr; }, 5s));
    }
    const std::size_t before = mallinfo2().uordblks;
    for (auto& world : worlds) world->bundle = Bundle(server(), world->entropy, virtual_now());
    const std::size_t after = mallinfo2().uordblks;
    held = before > after ? (before - after) / kCount : 0;
    EXPECT_LT(held, kMost);
    EXPECT_TRUE(held > 0 || before == 0);
}

}  // namespace
}  // namespace klassenraum::transport
