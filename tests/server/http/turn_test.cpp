#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>

#include "protocol/turn/credentials.hpp"
#include "protocol/turn/relayed_address.hpp"
#include "server/http/limits.hpp"
#include "server/http/listener.hpp"
#include "server/http/media_side.hpp"
#include "server/http/turn_connection.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using turn::Attribute;
using turn::Method;

const Address kMedia = Address::v4({203, 0, 113, 7}, 10000);
constexpr std::string_view kSecret = "secret of the fleet";

class NoPages final : public Handler {
public:
    void handle(Request, Responder respond) override { respond({}); }
    std::optional<std::string> account_of(const std::vector<std::pair<std::string, std::string>>&) override {
        return std::nullopt;
    }
};

class NoRooms final : public SocketEvents {
public:
    ConnectionId draw_connection() override { return ConnectionId{1}; }
    void xmpp_opened(ConnectionId, std::string, std::optional<std::string>) override {}
    void channel_requested(const ToChannel&, std::function<void(bool)> verdict) override { verdict(false); }
    void channel_opened(ConnectionId, const ToChannel&) override {}
    bool text_received(ConnectionId, std::string) override { return false; }
    void closed(ConnectionId) override {}
};

// Media that says everything back.
class Echo final : public MediaSide {
public:
    turn::Pool& pool() override { return pool_; }
    Entropy& entropy() override { return entropy_; }
    WallTime wall_now() override { return WallTime{.unix_us = 1'790'000'000'000'000}; }
    void relay(const Address& relayed, std::vector<turn::Output::Datagram>& datagrams) override {
        EXPECT_TRUE(turn::is_relayed(relayed));
        // As in the service, where an answer comes through another thread and never within the call.
        for (auto& datagram : datagrams) {
            asio::post(*context, [this, relayed, peer = datagram.peer, octets = std::move(datagram.octets)] {
                listener->relay(relayed, peer, octets);
            });
        }
        datagrams.clear();
    }

    asio::io_context* context = nullptr;
    Listener* listener = nullptr;

private:
    turn::Pool pool_{{.realm = "school.example", .secret = std::string(kSecret), .peers = {kMedia}, .loopback = false}};
    SeededEntropy entropy_{1};
};

class TurnOverTls : public testing::Test {
protected:
    void SetUp() override {
        Policy policy{.hosts = {"localhost"}, .app_origins = {}, .development = false};
        auto tls = TlsContext::create(make_self_signed(), ChainRule::SelfSignedAllowed);
        ASSERT_TRUE(tls);
        listener_ = std::make_unique<Listener>(context_, policy, std::move(*tls), 100, pages_, rooms_);
        echo_.context = &context_;
        echo_.listener = listener_.get();
        listener_->serve_turn(echo_);
        const auto port = listener_->listen(Address::v4({127, 0, 0, 1}, 0));
        ASSERT_TRUE(port);
        thread_ = std::thread([this] { context_.run(); });
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), *port});
        const timeval limit{.tv_sec = 5, .tv_usec = 0};
        setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        stream_.handshake(asio::ssl::stream_base::client);
    }
    void TearDown() override {
        context_.stop();
        thread_.join();
    }

    void write(ByteView octets) { asio::write(stream_, asio::buffer(octets.data(), octets.size())); }
    std::string read() {  // what comes next, empty at the end
        std::string chunk(16384, '\0');
        error_code error;
        chunk.resize(stream_.read_some(asio::buffer(chunk), error));
        return chunk;
    }
    turn::Message ask(turn::Writer request) {
        if (!nonce_.empty()) {
            request.text(Attribute::Username, login_.username)
                .text(Attribute::Realm, "school.example")
                .text(Attribute::Nonce, nonce_);
            write(request.finish(turn::long_term_key(login_.username, "school.example", login_.password)));
        } else {
            write(request.finish());
        }
        kept_ = read();
        const auto answer = turn::parse(as_bytes(kept_));
        if (!answer) return {};
        if (answer->nonce) nonce_ = *answer->nonce;
        return *answer;
    }
    static turn::Writer request(Method method) { return {stun::Class::Request, method, stun::TransactionId{3}}; }
    static turn::Writer allocate() {
        static constexpr std::array<std::uint8_t, 4> kUdp{turn::kUdp, 0, 0, 0};
        return std::move(request(Method::Allocate).octets(Attribute::RequestedTransport, kUdp));
    }

    NoPages pages_;
    NoRooms rooms_;
    Echo echo_;  // before the context, whose connections give their addresses back
    asio::io_context context_{1};
    std::unique_ptr<Listener> listener_;
    std::thread thread_;
    asio::io_context client_context_;
    asio::ssl::context client_tls_{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream_{client_context_, client_tls_};
    SeededEntropy entropy_{2};
    turn::Credentials login_ = turn::make_credentials(kSecret, WallTime{.unix_us = 1'790'000'000'000'000}, entropy_);
    std::string nonce_;
    std::string kept_;
};

TEST_F(TurnOverTls, CarriesADatagramToTheMediaAndItsAnswerBack) {
    EXPECT_EQ(ask(allocate()).error, 401);
    ASSERT_TRUE(ask(allocate()).relayed);
    ASSERT_FALSE(ask(std::move(request(Method::ChannelBind)
                                   .number(Attribute::ChannelNumber, 0x40000000)
                                   .xor_address(Attribute::XorPeerAddress, kMedia)))
                     .error);
    const std::string frame("\x40\x00\x00\x05media\0\0\0", 12);
    write(as_bytes(frame));
    EXPECT_EQ(read(), frame);
}

TEST_F(TurnOverTls, ClosesWhenTheClientGivesItsAllocationBack) {
    ask(allocate());
    ask(allocate());
    const turn::Message end = ask(std::move(request(Method::Refresh).number(Attribute::Lifetime, 0)));
    EXPECT_TRUE(end.is(stun::Class::Success, Method::Refresh));
    EXPECT_EQ(read(), "");
}

TEST_F(TurnOverTls, ClosesAtWhatIsNeitherTurnNorHttp) {
    const std::string noise("\x00\x01\x00\x00 not the magic cookie", 25);
    write(as_bytes(noise));
    EXPECT_EQ(read(), "");
}

TEST_F(TurnOverTls, LeavesHttpAsItIs) {
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    write(as_bytes(request));
    EXPECT_EQ(read().substr(0, 15), "HTTP/1.1 200 OK");
}

std::vector<std::uint8_t> channel_frame(std::uint8_t first, std::size_t size) {
    std::vector<std::uint8_t> frame(size);
    frame[0] = 0x40;
    frame[4] = first;
    frame[5] = 100;
    return frame;
}

TEST(FrameQueue, GivesUpTheOldestVideoBeforeAnythingElse) {
    FrameQueue queue;
    const auto handshake = channel_frame(22, 1000);  // DTLS
    const auto video = channel_frame(0x80, 1200);
    const auto voice = channel_frame(0x80, 200);
    queue.push(handshake);
    queue.push(voice);
    const std::size_t count = kMaxRelayQueue / video.size() + 10;
    for (std::size_t i = 0; i < count; ++i) queue.push(video);
    EXPECT_GE(queue.dropped(), 10U);
    EXPECT_LE(queue.octets(), kMaxRelayQueue);
    std::vector<std::uint8_t> record;
    queue.pop(record);
    EXPECT_TRUE(std::equal(handshake.begin(), handshake.end(), record.begin()));
    EXPECT_TRUE(std::equal(voice.begin(), voice.end(), record.begin() + 1000));
    EXPECT_LE(record.size(), kMaxRelayRecord);
}

TEST(FrameQueue, GivesUpTheOldestWhenThereIsNoVideo) {
    FrameQueue queue;
    auto voice = channel_frame(0x80, 200);
    for (std::size_t i = 0; i <= kMaxRelayQueue / voice.size(); ++i) {
        voice[6] = static_cast<std::uint8_t>(i == 0);
        queue.push(voice);
    }
    EXPECT_EQ(queue.dropped(), 1U);
    std::vector<std::uint8_t> record;
    queue.pop(record);
    EXPECT_EQ(record[6], 0);
}

}  // namespace
}  // namespace klassenraum::http
