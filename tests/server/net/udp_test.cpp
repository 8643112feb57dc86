#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "server/net/local_addresses.hpp"
#include "server/net/send_batch.hpp"
#include "server/net/socket_address.hpp"
#include "server/net/udp_socket.hpp"

namespace klassenraum::net {
namespace {

UdpSocket loopback_socket(const char* ip) {
    auto socket = UdpSocket::create(*parse_address(ip, 0));
    EXPECT_TRUE(socket);
    return std::move(*socket);
}

// Everything that arrives until `count` datagrams are there, or nothing comes for two seconds.
std::vector<std::string> collect(UdpSocket& socket, std::size_t count) {
    std::vector<std::string> received;
    while (received.size() < count) {
        pollfd ready{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, 2000) != 1) break;
        for (const Received& datagram : socket.receive_batch()) received.emplace_back(as_text(datagram.bytes));
    }
    return received;
}

TEST(UdpSocket, ReadsABatchWithItsSources) {
    UdpSocket receiver = loopback_socket("127.0.0.1");
    UdpSocket sender = loopback_socket("127.0.0.1");
    SendBatch batch(sender.descriptor(), -1, Segmentation::Off);
    for (int i = 0; i < 3; ++i) batch.send(receiver.local(), as_bytes("datagram " + std::to_string(i)));
    batch.flush();
    pollfd ready{.fd = receiver.descriptor(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 2000), 1);
    const auto received = receiver.receive_batch();
    ASSERT_EQ(received.size(), 3U);
    EXPECT_EQ(as_text(received[0].bytes), "datagram 0");
    EXPECT_EQ(as_text(received[2].bytes), "datagram 2");
    EXPECT_EQ(received[0].from, sender.local());
    EXPECT_TRUE(receiver.receive_batch().empty());
}

TEST(UdpSocket, LeavesOutTruncatedDatagrams) {
    UdpSocket receiver = loopback_socket("127.0.0.1");
    UdpSocket sender = loopback_socket("127.0.0.1");
    sockaddr_storage name{};
    const socklen_t name_length = to_sockaddr(receiver.local(), name);
    for (const std::string& text : {std::string(kDatagramCapacity + 1, 'x'), std::string("small")}) {
        ASSERT_GT(
            sendto(sender.descriptor(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&name), name_length),
            0);
    }
    EXPECT_EQ(collect(receiver, 1), std::vector<std::string>{"small"});
    EXPECT_EQ(receiver.truncated(), 1U);
}

TEST(UdpSocket, GivesTheDatagramsOfARunOneByOne) {
    UdpSocket receiver = loopback_socket("127.0.0.1");
    UdpSocket sender = loopback_socket("127.0.0.1");
    SendBatch batch(sender.descriptor(), -1, Segmentation::WhenPossible);
    std::vector<std::string> sent;
    for (int i = 0; i < 50; ++i) {
        sent.push_back(std::to_string(i));
        sent.back().resize(i == 49 ? 700 : 1000, 'x');  // the last of a run may be shorter
        batch.send(receiver.local(), as_bytes(sent.back()));
    }
    batch.flush();
    ASSERT_EQ(batch.totals().messages, 1U);
    pollfd ready{.fd = receiver.descriptor(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 2000), 1);
    const auto received = receiver.receive_batch();
    ASSERT_EQ(received.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(as_text(received[i].bytes), sent[i]);
        EXPECT_EQ(received[i].from, sender.local());
    }
    EXPECT_FALSE(receiver.may_have_more());
}

TEST(SendBatch, SegmentsRunsAndKeepsTheOrderOfEachDestination) {
    for (const char* ip : {"127.0.0.1", "::1"}) {
        UdpSocket first = loopback_socket(ip);
        UdpSocket second = loopback_socket(ip);
        UdpSocket sender = loopback_socket(ip);
        const bool v4 = sender.local().is_v4();
        SendBatch batch(v4 ? sender.descriptor() : -1, v4 ? -1 : sender.descriptor(), Segmentation::WhenPossible);
        std::vector<std::string> expected;
        for (int i = 0; i < 100; ++i) {
            // Interleaved destinations; every tenth is short and ends a run, every twentieth longer and begins one.
            const std::size_t length = i % 20 == 19 ? 1200 : i % 10 == 9 ? 300 : 1100;
            std::string text = std::to_string(i) + ":";
            text.resize(length, static_cast<char>('a' + i % 26));
            batch.send(first.local(), as_bytes(text));
            batch.send(second.local(), as_bytes(text));
            expected.push_back(text);
        }
        batch.flush();
        EXPECT_EQ(collect(first, 100), expected) << ip;
        EXPECT_EQ(collect(second, 100), expected) << ip;
        EXPECT_EQ(batch.totals().datagrams, 200U);
        EXPECT_EQ(batch.totals().dropped, 0U);
        EXPECT_LT(batch.totals().messages + 200 * batch.totals().fallbacks, 250U) << "segmentation was not used";
    }
}

TEST(SendBatch, SendsWhenItIsFull) {
    UdpSocket receiver = loopback_socket("127.0.0.1");
    UdpSocket sender = loopback_socket("127.0.0.1");
    SendBatch batch(sender.descriptor(), -1, Segmentation::WhenPossible);
    for (std::size_t i = 0; i < kSendSlots + 1; ++i) batch.send(receiver.local(), as_bytes(std::to_string(1000 + i)));
    EXPECT_EQ(batch.totals().datagrams, kSendSlots);
    batch.flush();
    const auto received = collect(receiver, kSendSlots + 1);
    ASSERT_EQ(received.size(), kSendSlots + 1);
    EXPECT_EQ(received.back(), std::to_string(1000 + kSendSlots));
}

TEST(SendBatch, CountsWhatHasNoSocket) {
    UdpSocket sender = loopback_socket("127.0.0.1");
    SendBatch batch(sender.descriptor(), -1, Segmentation::Off);
    batch.send(*parse_address("::1", 9), as_bytes("x"));
    batch.flush();
    EXPECT_EQ(batch.totals().dropped, 1U);
}

TEST(SendBatch, SurvivesAClosedPort) {
    Address closed;
    {
        UdpSocket gone = loopback_socket("127.0.0.1");
        closed = gone.local();
    }
    UdpSocket receiver = loopback_socket("127.0.0.1");
    UdpSocket sender = loopback_socket("127.0.0.1");
    SendBatch batch(sender.descriptor(), -1, Segmentation::Off);
    for (int i = 0; i < 4; ++i) {
        batch.send(closed, as_bytes("x"));
        batch.send(receiver.local(), as_bytes("y"));
        batch.flush();
    }
    EXPECT_EQ(collect(receiver, 4).size(), 4U);
    EXPECT_TRUE(sender.receive_batch().empty());
}

TEST(LocalAddresses, ParsesAndPrintsBothFamilies) {
    EXPECT_EQ(text_of(*parse_address("203.0.113.7", 1)), "203.0.113.7");
    EXPECT_EQ(text_of(*parse_address("2001:db8::7", 1)), "2001:db8::7");
    EXPECT_FALSE(parse_address("example.org", 1));
    for (const Address& address : reachable_addresses()) EXPECT_NE(text_of(address), "127.0.0.1");
}

TEST(UdpSockets, WhoWasHeardOnASecondSocketIsAnsweredByIt) {
    auto first = UdpSocket::create(*parse_address("127.0.0.1", 0));
    Address place = *parse_address("127.0.0.1", 0);
    place.way = 1;
    auto second = UdpSocket::create(place);
    auto peer = UdpSocket::create(*parse_address("127.0.0.1", 0));
    ASSERT_TRUE(first && second && peer);
    SendBatch batch(first->descriptor(), -1, Segmentation::WhenPossible);
    batch.add_way(true, second->descriptor());
    SendBatch asking(peer->descriptor(), -1, Segmentation::Off);
    const auto send = [](SendBatch& from, const Address& to) {
        from.acquire()[0] = 'x';
        from.commit(to, 1);
        from.flush();
    };
    Address towards = second->local();
    towards.way = 0;  // to the peer it is an address like any other
    send(asking, towards);
    const auto heard = second->receive_batch();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].from.way, 1);
    const Address from = heard[0].from;
    send(batch, from);
    const auto answer = peer->receive_batch();
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].from, towards);
    Address other = from;
    other.way = 2;
    send(batch, other);
    EXPECT_TRUE(peer->receive_batch().empty()) << "there is no third socket";
}

}  // namespace
}  // namespace klassenraum::net
