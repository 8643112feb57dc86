#include "server/http/tls_stream.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>
#include <utility>

#include "server/http/tls_context.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string letters(std::size_t count) {
    std::string text(count, 'a');
    for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
    return text;
}

// A server's end that is run by run(), and a client on a thread of its own that blocks.
class TlsStreams : public testing::Test {
protected:
    TlsStreams() {
        tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
        peer_.next_layer().connect(acceptor.local_endpoint());
        tcp::socket socket = acceptor.accept();
        socket.set_option(asio::socket_base::send_buffer_size(4096));  // so that it is often full
        stream_ = std::make_unique<TlsStream>(std::move(socket), tls_->context().native_handle());
    }
    template <typename Client>
    void run(Client client) {
        std::thread thread([this, &client] {
            try {
                peer_.handshake(asio::ssl::stream_base::client);
                client(peer_);
            } catch (const boost::system::system_error& error) {
                ADD_FAILURE() << error.what();
            }
        });
        context_.run();
        stream_.reset();  // whoever still reads sees the end
        thread.join();
    }

    Result<TlsContext, TlsError> tls_ = TlsContext::create(make_self_signed(), ChainRule::SelfSignedAllowed);
    asio::io_context context_;
    std::unique_ptr<TlsStream> stream_;
    asio::io_context peer_context_;
    asio::ssl::context peer_tls_{asio::ssl::context::tls_client};
    asio::ssl::stream<tcp::socket> peer_{peer_context_, peer_tls_};
};

TEST_F(TlsStreams, WriteEveryOctetOnceHoweverOftenTheSocketIsFull) {
    const std::string head = "head";
    const std::string body = letters(1'000'000);
    stream_->async_handshake([&](error_code error) {
        ASSERT_FALSE(error);
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
        asio::async_write(*stream_, parts, [&](error_code failed, std::size_t count) {
            EXPECT_FALSE(failed);
            EXPECT_EQ(count, head.size() + body.size());
        });
    });
    std::string got(head.size() + body.size(), '\0');
    run([&](auto& peer) { asio::read(peer, asio::buffer(got)); });
    EXPECT_TRUE(got == head + body);
}

TEST_F(TlsStreams, CallNobodyBackFromWithinTheBeginning) {
    bool inside = true;
    stream_->async_handshake([&](error_code error) {
        ASSERT_FALSE(error);
        stream_->async_write_some(asio::buffer("x", 1), [&](error_code, std::size_t) { EXPECT_FALSE(inside); });
        inside = false;
    });
    run([](auto& peer) {
        std::array<char, 1> got{};
        asio::read(peer, asio::buffer(got));
    });
    EXPECT_FALSE(inside);
}

TEST_F(TlsStreams, ReadRecordsInSmallPiecesWhileTheyWrite) {
    const std::string sent = letters(300'000);
    std::string got(sent.size(), '\0');
    std::size_t written = 0;
    stream_->async_handshake([&](error_code error) {
        ASSERT_FALSE(error);
        // Several buffers: what is left of a record after the first must not get lost.
        const std::array<asio::mutable_buffer, 3> parts{asio::buffer(got.data(), 3), asio::buffer(got.data() + 3, 5000),
                                                        asio::buffer(got.data() + 5003, got.size() - 5003)};
        asio::async_read(*stream_, parts, [&](error_code failed, std::size_t) { EXPECT_FALSE(failed); });
        asio::async_write(*stream_, asio::buffer(sent), [&](error_code, std::size_t count) { written = count; });
    });
    std::string back(sent.size(), '\0');
    run([&](auto& peer) {
        asio::write(peer, asio::buffer(sent));
        asio::read(peer, asio::buffer(back));
    });
    EXPECT_TRUE(got == sent);
    EXPECT_EQ(written, sent.size());
    EXPECT_TRUE(back == sent);
}

TEST_F(TlsStreams, TellAnEndFromACut) {
    std::array<char, 10> chunk{};
    error_code end;
    stream_->async_handshake([&](error_code) {
        stream_->async_read_some(asio::buffer(chunk), [&](error_code error, std::size_t) {
            end = error;
            stream_->async_shutdown([](error_code failed) { EXPECT_FALSE(failed); });
        });
    });
    run([](auto& peer) {
        error_code ignored;
        peer.shutdown(ignored);
    });
    EXPECT_EQ(end, asio::error::eof);
}

TEST_F(TlsStreams, SayThatAnAttackerOrACableCutThemOff) {
    std::array<char, 10> chunk{};
    error_code end;
    stream_->async_handshake([&](error_code) {
        stream_->async_read_some(asio::buffer(chunk), [&](error_code error, std::size_t) { end = error; });
    });
    run([](auto& peer) { peer.next_layer().close(); });
    EXPECT_TRUE(end && end != asio::error::eof);
}

TEST_F(TlsStreams, EndWhatIsUnderWayWhenTheSocketIsClosedAndTouchItNoMore) {
    std::array<char, 10> chunk{};
    error_code end;
    error_code later;
    stream_->async_handshake([&](error_code) {
        stream_->async_read_some(asio::buffer(chunk), [&](error_code error, std::size_t) {
            end = error;
            asio::async_write(*stream_, asio::buffer("x", 1), [&](error_code failed, std::size_t) { later = failed; });
        });
        stream_->next_layer().close();
    });
    run([](auto& peer) {
        error_code ignored;
        std::array<char, 1> nothing{};
        peer.read_some(asio::buffer(nothing), ignored);
    });
    EXPECT_EQ(end, asio::error::operation_aborted);
    EXPECT_EQ(later, asio::error::operation_aborted);
}

}  // namespace
}  // namespace klassenraum::http
