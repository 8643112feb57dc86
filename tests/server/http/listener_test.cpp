#include "server/http/listener.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/limits.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class FakePages final : public Handler {
public:
    void handle(Request request, Responder respond) override {
        Response response;
        response.body = std::make_shared<const std::string>(request.method + " " + request.path + " " +
                                                            std::string(Request::find(request.form, "a")));
        if (request.path == "/packed") response.gzip_body = std::make_shared<const std::string>("packed");
        respond(response);
    }
    std::optional<std::string> account_of(const Fields& cookies) override {
        const auto session = Request::find(cookies, "session");
        return session.empty() ? std::nullopt : std::optional(std::string(session));
    }
};

// Echoes every text; "flood" is answered with more than a connection may have waiting.
class FakeRooms final : public SocketEvents {
public:
    ConnectionId draw_connection() override { return ConnectionId{++last_}; }
    void xmpp_opened(ConnectionId id, std::string hint, std::optional<std::string> account) override {
        listener->send_text(id, "room=" + hint + " account=" + account.value_or("-"));
    }
    void channel_requested(const ToChannel& channel, std::function<void(bool)> verdict) override {
        verdict(channel.password == "right");
    }
    void channel_opened(ConnectionId id, const ToChannel& channel) override {
        listener->send_text(id, channel.endpoint);
    }
    bool text_received(ConnectionId id, std::string text) override {
        if (text == "bye") listener->close(id, 1000, "bye");
        const bool flood = text == "flood";
        for (int i = 0; i < (flood ? 200 : 1); ++i) listener->send_text(id, flood ? std::string(60'000, 'x') : text);
        return text != "full";
    }
    void closed(ConnectionId) override { closed_.set_value(); }
    bool wait_closed() { return closed_.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready; }

    Listener* listener = nullptr;

private:
    std::uint64_t last_ = 0;
    std::promise<void> closed_;
};

class Client {
public:
    explicit Client(std::uint16_t port, asio::ssl::context::method method = asio::ssl::context::tls_client)
        : tls_(method), stream_(context_, tls_) {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        const timeval limit{.tv_sec = 5, .tv_usec = 0};
        setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    bool handshake() {
        error_code error;
        stream_.handshake(asio::ssl::stream_base::client, error);
        return !error;
    }
    SSL* native() { return stream_.native_handle(); }
    void write(const std::string& text) {
        error_code ignored;
        asio::write(stream_, asio::buffer(text), ignored);
    }
    std::string read() {  // what comes next, empty at the end
        std::string chunk(16384, '\0');
        error_code error;
        chunk.resize(stream_.read_some(asio::buffer(chunk), error));
        return chunk;
    }
    std::string read_until(const std::string& mark) {
        std::string text;
        while (text.find(mark) == std::string::npos) {
            const std::string more = read();
            if (more.empty()) break;
            text += more;
        }
        return text;
    }
    std::string read_to_end() {
        std::string text;
        for (std::string more = read(); !more.empty(); more = read()) text += more;
        return text;
    }
    std::string upgrade(const std::string& path, const std::string& fields) {
        write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n");
        return read_until("\r\n\r\n");
    }

private:
    asio::io_context context_;
    asio::ssl::context tls_;
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

std::string frame(std::uint8_t first, std::string payload, bool masked = true) {
    std::string octets{static_cast<char>(first)};
    const auto mask = static_cast<std::uint8_t>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
        octets += static_cast<char>(mask | payload.size());
    } else {
        octets += static_cast<char>(mask | 126);
        for (int shift = 8; shift >= 0; shift -= 8) octets += static_cast<char>(payload.size() >> shift);
    }
    if (masked) octets += std::string(4, '\0');
    return octets + payload;
}

class HttpsListener : public testing::Test {
protected:
    void SetUp() override {
        Policy policy{.hosts = {"localhost"}, .app_origins = {}, .development = false};
        auto tls = TlsContext::create(make_self_signed(), ChainRule::SelfSignedAllowed);
        ASSERT_TRUE(tls);
        listener_ = std::make_unique<Listener>(context_, policy, std::move(*tls), 100, pages_, rooms_);
        rooms_.listener = listener_.get();
        const auto port = listener_->listen(Address::v4({127, 0, 0, 1}, 0));
        ASSERT_TRUE(port);
        port_ = *port;
        thread_ = std::thread([this] { context_.run(); });
    }
    void TearDown() override {
        context_.stop();
        thread_.join();
    }
    std::string answer_to(const std::string& request) {
        Client client(port_);
        EXPECT_TRUE(client.handshake());
        client.write(request);
        return client.read_to_end();
    }
    // The close code the server sent, 0 for none.
    unsigned close_code_after(const std::string& frames) {
        Client client(port_);
        EXPECT_TRUE(client.handshake());
        EXPECT_TRUE(client.upgrade("/colibri-ws/w0/c/e?pwd=right", "").starts_with("HTTP/1.1 101"));
        EXPECT_EQ(client.read(), frame(0x81, "e", false));
        client.write(frames);
        const std::string end = client.read_until("\x88");
        const auto at = end.find('\x88');
        if (at == std::string::npos || at + 4 > end.size()) return 0;
        return static_cast<unsigned>(static_cast<std::uint8_t>(end[at + 2]) << 8 |
                                     static_cast<std::uint8_t>(end[at + 3]));
    }

    asio::io_context context_{1};
    FakePages pages_;
    FakeRooms rooms_;
    std::unique_ptr<Listener> listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST_F(HttpsListener, SpeaksModernTlsOnly) {
    Client modern(port_);
    ASSERT_TRUE(modern.handshake());
    EXPECT_STREQ(SSL_get_version(modern.native()), "TLSv1.3");
    Client older(port_, asio::ssl::context::tlsv12_client);
    ASSERT_TRUE(older.handshake());
    EXPECT_TRUE(std::string(SSL_get_cipher_name(older.native())).starts_with("ECDHE-ECDSA-AES"));
    EXPECT_FALSE(SSL_SESSION_has_ticket(SSL_get_session(older.native())));
    Client oldest(port_, asio::ssl::context::tlsv11_client);
    EXPECT_FALSE(oldest.handshake());
    Client weak(port_, asio::ssl::context::tlsv12_client);
    SSL_set_cipher_list(weak.native(), "AES128-SHA:ECDHE-ECDSA-AES128-SHA");
    EXPECT_FALSE(weak.handshake());
}

TEST_F(HttpsListener, ServesRequestsOneAfterAnother) {
    Client client(port_);
    ASSERT_TRUE(client.handshake());
    client.write("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /two HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string both = client.read_until("GET /two");
    EXPECT_NE(both.find("GET /one"), std::string::npos);
    EXPECT_NE(both.find("Connection: keep-alive"), std::string::npos);
    client.write(
        "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        "8\r\n\r\na=b");
    client.write("+c%21");
    const std::string posted = client.read_until("POST /form ");
    EXPECT_TRUE(posted.ends_with("POST /form b c!")) << posted;
    client.write("HEAD /three HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string head = client.read_to_end();
    EXPECT_NE(head.find("Content-Length: 12\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(HttpsListener, PacksForThoseWhoTakeIt) {
    const std::string host = "GET /packed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    const std::string packed = answer_to(host + "Accept-Encoding: gzip\r\n\r\n");
    EXPECT_NE(packed.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_TRUE(packed.ends_with("\r\n\r\npacked"));
    const std::string plain = answer_to(host + "\r\n");
    EXPECT_EQ(plain.find("Content-Encoding"), std::string::npos);
    EXPECT_NE(plain.find("Vary: Accept-Encoding\r\n"), std::string::npos);
}

// threats.md W2 through the socket; the whole table is in head_test.cpp.
TEST_F(HttpsListener, RefusesAndCloses) {
    const std::pair<std::string, std::string> table[]{
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\nHost: localhost\n\n", "400"},
        {"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", "505"},
        {"DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
        {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"},
        {"GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\n\r\n", "403"},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(kMaxHead, 'x') + "\r\n\r\n", "431"},
        {"GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\n\r\n", "426"},
        {std::string("\x16\x03\x01 noise") + std::string(20, '\0') + "\r\n\r\n", "400"},
    };
    for (const auto& [request, status] : table) {
        const std::string answer = answer_to(request);
        EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 " + status) << request.substr(0, 80);
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    }
}

TEST_F(HttpsListener, CarriesXmppAndTheAccountOfOurOwnPages) {
    const std::string fields = "Sec-WebSocket-Protocol: xmpp\r\nCookie: session=amsel-27\r\n";
    for (const auto& [origin, greeting] :
         {std::pair<std::string, std::string>{"Origin: https://localhost\r\n", "room=a b account=amsel-27"},
          {"", "room=a b account=-"}}) {
        Client client(port_);
        ASSERT_TRUE(client.handshake());
        const std::string head = client.upgrade("/xmpp-websocket?room=a%20b", fields + origin);
        EXPECT_TRUE(head.starts_with("HTTP/1.1 101"));
        EXPECT_NE(head.find("Sec-WebSocket-Protocol: xmpp\r\n"), std::string::npos);
        EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos)
            << "RFC 6455 §1.3";
        EXPECT_EQ(client.read(), frame(0x81, greeting, false));
        client.write(frame(0x81, "<open/>"));
        EXPECT_EQ(client.read(), frame(0x81, "<open/>", false));
        client.write(frame(0x01, "<pre") + frame(0x89, "ping") + frame(0x80, "sence/>"));
        EXPECT_EQ(client.read_until("sence/>"), frame(0x8a, "ping", false) + frame(0x81, "<presence/>", false));
        if (!origin.empty()) continue;
        client.write(frame(0x88, "\x03\xe8"));
        EXPECT_EQ(client.read().substr(0, 2), "\x88\x02");
    }
    EXPECT_TRUE(Client(port_).handshake());
    Client foreign(port_);
    ASSERT_TRUE(foreign.handshake());
    EXPECT_TRUE(
        foreign.upgrade("/xmpp-websocket", fields + "Origin: https://evil.example\r\n").starts_with("HTTP/1.1 403"));
}

TEST_F(HttpsListener, AsksBeforeItOpensAChannel) {
    Client wrong(port_);
    ASSERT_TRUE(wrong.handshake());
    EXPECT_TRUE(wrong.upgrade("/colibri-ws/w0/c/e?pwd=wrong", "").starts_with("HTTP/1.1 403"));
    EXPECT_EQ(close_code_after(frame(0x81, "bye")), 1000U);
    EXPECT_TRUE(rooms_.wait_closed());
}

TEST_F(HttpsListener, EndsUnmaskedFrames) {
    EXPECT_EQ(close_code_after(frame(0x81, "x", false)), 1002U);
}
TEST_F(HttpsListener, EndsReservedBits) {
    EXPECT_EQ(close_code_after(frame(0xc1, "x")), 1002U);
}
TEST_F(HttpsListener, EndsLongControlFrames) {
    EXPECT_EQ(close_code_after(frame(0x89, std::string(126, 'x'))), 1002U);
}
TEST_F(HttpsListener, EndsWrongUtf8) {
    EXPECT_EQ(close_code_after(frame(0x81, "\xff\xfe")), 1007U);
}
TEST_F(HttpsListener, EndsLargeEarlyMessages) {
    EXPECT_EQ(close_code_after(frame(0x81, std::string(kMaxEarlyMessage + 1, 'x'))), 1009U);
}
TEST_F(HttpsListener, EndsBinaryMessages) {
    close_code_after(frame(0x82, "x"));
    EXPECT_TRUE(rooms_.wait_closed());
}
TEST_F(HttpsListener, EndsMessagesInTooManyFragments) {
    std::string fragments = frame(0x01, "x");
    for (std::size_t i = 0; i < kMaxFragments; ++i) fragments += frame(0x00, "x");
    close_code_after(fragments);
    EXPECT_TRUE(rooms_.wait_closed());
}
TEST_F(HttpsListener, EndsFloodsOfPings) {
    std::string pings;
    for (std::size_t i = 0; i <= kMaxControlPerSecond; ++i) pings += frame(0x89, "");
    close_code_after(pings);
    EXPECT_TRUE(rooms_.wait_closed());
}
TEST_F(HttpsListener, EndsWhoeverOverflowsTheirQueue) {
    close_code_after(frame(0x81, "flood"));
    EXPECT_TRUE(rooms_.wait_closed());
}
TEST_F(HttpsListener, EndsWhomNobodyCanServe) {
    close_code_after(frame(0x81, "full"));
    EXPECT_TRUE(rooms_.wait_closed());
}

TEST_F(HttpsListener, SaysGoodbyeWhenItStops) {
    {
        Client client(port_);
        ASSERT_TRUE(client.handshake());
        ASSERT_TRUE(client.upgrade("/colibri-ws/w0/c/e?pwd=right", "").starts_with("HTTP/1.1 101"));
        client.read();
        asio::post(context_, [this] { listener_->stop(); });
        EXPECT_EQ(client.read(), frame(0x88,
                                       "\x03\xe9"
                                       "server stops",
                                       false));
        client.write(frame(0x88, "\x03\xe9"));
    }
    EXPECT_TRUE(rooms_.wait_closed());
}

TEST_F(HttpsListener, TakesANewCertificateForNewConnections) {
    Client before(port_);
    ASSERT_TRUE(before.handshake());
    const auto serial = [](Client& client) {
        X509* certificate = SSL_get1_peer_certificate(client.native());
        const long number = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
        X509_free(certificate);
        return number;
    };
    const long first = serial(before);
    std::promise<void> replaced;
    asio::post(context_, [&] {
        listener_->set_tls(std::move(*TlsContext::create(make_self_signed(), ChainRule::SelfSignedAllowed)));
        replaced.set_value();
    });
    replaced.get_future().wait();
    Client after(port_);
    ASSERT_TRUE(after.handshake());
    EXPECT_NE(serial(after), first);
    before.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(before.read_to_end().starts_with("HTTP/1.1 200"));
}

TEST(TlsContext, RefusesWhatDoesNotBelongTogether) {
    const PemPair one = make_self_signed();
    const PemPair two = make_self_signed();
    EXPECT_EQ(TlsContext::create({one.certificate, two.key}, ChainRule::Complete).error(), TlsError::BadKey);
    EXPECT_EQ(TlsContext::create({"nonsense", one.key}, ChainRule::Complete).error(), TlsError::BadCertificate);
    EXPECT_EQ(read_pem_files("/nonexistent", "/nonexistent").error(), TlsError::Unreadable);
    EXPECT_TRUE(TlsContext::create(one, ChainRule::Complete));
}

}  // namespace
}  // namespace klassenraum::http
