#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "server/http/deadline.hpp"
#include "server/http/frame_meter.hpp"
#include "server/http/limits.hpp"
#include "server/http/shared.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::awaitable;
using boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

// The TLS stream with a FrameMeter that reads along: Beast's next layer.
class MeteredStream {
public:
    using executor_type = TlsStream::executor_type;
    using next_layer_type = TlsStream;

    explicit MeteredStream(TlsStream stream) : tls_(std::move(stream)) {}
    executor_type get_executor() { return tls_.get_executor(); }
    TlsStream& next_layer() { return tls_; }
    asio::ip::tcp::socket& socket() { return tls_.next_layer(); }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_compose<Token, void(error_code, std::size_t)>(
            [this, buffers, begun = false](auto& self, error_code error = {}, std::size_t count = 0) mutable {
                if (!begun) {
                    begun = true;
                    tls_.async_read_some(buffers, std::move(self));
                    return;
                }
                if (!error && !observe(buffers, count)) error = make_error_code(boost::system::errc::protocol_error);
                self.complete(error, count);
            },
            token, tls_);
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return tls_.async_write_some(buffers, std::forward<Token>(token));
    }

private:
    template <typename Buffers>
    bool observe(const Buffers& buffers, std::size_t count) {
        const Instant now = steady_now();
        for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers) && count > 0;
             ++it) {
            const asio::const_buffer piece = *it;
            const std::size_t length = std::min(piece.size(), count);
            if (!meter_.receive({static_cast<const std::uint8_t*>(piece.data()), length}, now)) return false;
            count -= length;
        }
        return true;
    }

    TlsStream tls_;
    FrameMeter meter_;
};

// Beast calls it at the end of a close: first TLS, then TCP.
template <typename Handler>
void async_teardown(beast::role_type role, MeteredStream& stream, Handler&& handler) {
    asio::async_compose<Handler, void(error_code)>(
        [role, &stream, step = 0](auto& self, error_code error = {}) mutable {
            ++step;
            if (step == 1) return stream.next_layer().async_shutdown(std::move(self));
            if (step == 2) return beast::websocket::async_teardown(role, stream.socket(), std::move(self));
            self.complete(error);
        },
        handler, stream);
}

beast::http::request<beast::http::empty_body> to_beast(const Head& head) {
    beast::http::request<beast::http::empty_body> request(beast::http::verb::get, head.target, 11);
    for (const auto& [name, value] : head.fields) request.insert(name, value);
    return request;
}

// Reader, writer and keeper are three coroutines that share this object; the last one to end destroys it.
class WebsocketConnection final : public Websocket, public std::enable_shared_from_this<WebsocketConnection> {
public:
    WebsocketConnection(TlsStream stream, Shared& shared)
        : shared_(shared),
          stream_(MeteredStream(std::move(stream))),
          write_deadline_(stream_.next_layer().socket()),
          wake_writer_(stream_.get_executor()),
          wake_reader_(stream_.get_executor()),
          tick_(stream_.get_executor()) {}

    awaitable<bool> accept(const Upgrade& upgrade);
    awaitable<void> read_loop(ConnectionId id);
    awaitable<void> write_loop();
    awaitable<void> keep_loop();

    void send(std::string text) override;
    void close(std::uint16_t code, std::string reason) override;
    // Ends all three loops without a further word.
    void abort() {
        ended_ = true;
        error_code ignored;
        stream_.next_layer().socket().close(ignored);
        wake_writer_.cancel();
        wake_reader_.cancel();
        tick_.cancel();
    }

private:
    void overrun() {
        ++shared_.counters.sockets_overrun;
        abort();
    }

    Shared& shared_;
    websocket::stream<MeteredStream, false> stream_;
    Deadline write_deadline_;
    asio::steady_timer wake_writer_;
    asio::steady_timer wake_reader_;
    asio::steady_timer tick_;
    std::deque<std::string> queue_;
    std::size_t queued_octets_ = 0;
    Instant last_received_{};
    bool ended_ = false;
    std::optional<websocket::close_reason> closing_;
};

awaitable<bool> WebsocketConnection::accept(const Upgrade& upgrade) {
    const bool is_xmpp = !upgrade.channel;
    stream_.set_option(websocket::stream_base::decorator([is_xmpp](websocket::response_type& response) {
        response.set(beast::http::field::server, "klassenraum");
        if (is_xmpp) response.set(beast::http::field::sec_websocket_protocol, "xmpp");
    }));
    stream_.read_message_max(kMaxEarlyMessage);
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.control_callback([this](websocket::frame_type, beast::string_view) { last_received_ = steady_now(); });
    write_deadline_.set(kUpgradeDeadline);
    const auto request = to_beast(upgrade.head);
    const auto [error] = co_await stream_.async_accept(request, kAwait);
    write_deadline_.clear();
    last_received_ = steady_now();
    co_return !error;
}

awaitable<void> WebsocketConnection::read_loop(ConnectionId id) {
    beast::flat_buffer buffer;
    for (std::size_t messages = 0; !ended_; ++messages) {
        if (messages == kEarlyMessages) stream_.read_message_max(kMaxMessage);
        const auto [error, count] = co_await stream_.async_read(buffer, kAwait);
        // Bridge channel and XMPP are text only.
        if (error || ended_ || !stream_.got_text()) break;
        last_received_ = steady_now();
        std::string text(static_cast<const char*>(buffer.data().data()), count);
        buffer.consume(buffer.size());
        if (!shared_.events.text_received(id, std::move(text))) {
            ++shared_.counters.sockets_overrun;
            break;
        }
        while (!ended_ && queue_.size() > kPauseReadingAt) {
            wake_reader_.expires_after(kWriteDeadline);
            co_await wake_reader_.async_wait(kAwait);
        }
    }
    abort();
}

awaitable<void> WebsocketConnection::write_loop() {
    while (!ended_) {
        if (queue_.empty() && !closing_) {
            wake_writer_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await wake_writer_.async_wait(kAwait);
            continue;
        }
        write_deadline_.set(queue_.empty() ? kCloseDeadline : kWriteDeadline);
        if (queue_.empty()) {
            // The reader sees the end once the peer has answered, or the deadline closes the socket.
            co_await stream_.async_close(*closing_, kAwait);
            break;
        }
        const std::string text = std::move(queue_.front());
        queue_.pop_front();
        const auto [error, count] = co_await stream_.async_write(asio::buffer(text), kAwait);
        queued_octets_ -= text.size();
        if (error) break;
        write_deadline_.clear();
        if (queue_.size() <= kPauseReadingAt) wake_reader_.cancel();
    }
    abort();
}

awaitable<void> WebsocketConnection::keep_loop() {
    while (!ended_) {
        tick_.expires_after(kPingAfter);
        co_await tick_.async_wait(kAwait);
        const Duration idle = steady_now() - last_received_;
        if (ended_ || closing_) break;
        if (idle >= kSocketIdle) {
            abort();
            break;
        }
        if (idle >= kPingAfter) co_await stream_.async_ping({}, kAwait);
    }
}

void WebsocketConnection::send(std::string text) {
    if (ended_ || closing_) return;
    queued_octets_ += text.size();
    queue_.push_back(std::move(text));
    // Who does not read for so long gets nothing more; resumption (XEP-0198) brings back what matters.
    if (queue_.size() > kMaxQueuedMessages || queued_octets_ > kMaxQueuedOctets) return overrun();
    wake_writer_.cancel();
}

void WebsocketConnection::close(std::uint16_t code, std::string reason) {
    if (ended_ || closing_) return;
    closing_ = websocket::close_reason(static_cast<websocket::close_code>(code), reason.substr(0, 123));
    wake_writer_.cancel();
}

// Coroutines take the pointer by value: each keeps the connection alive until it ends.
awaitable<void> write_until_end(std::shared_ptr<WebsocketConnection> connection) {
    co_await connection->write_loop();
}
awaitable<void> keep_until_end(std::shared_ptr<WebsocketConnection> connection) {
    co_await connection->keep_loop();
}

}  // namespace

awaitable<void> serve_websocket(TlsStream stream, Upgrade upgrade, Shared& shared) {
    const auto executor = stream.get_executor();
    const auto connection = std::make_shared<WebsocketConnection>(std::move(stream), shared);
    if (!co_await connection->accept(upgrade)) co_return;
    const ConnectionId id = shared.events.draw_connection();
    shared.sockets.emplace(id, connection.get());
    ++shared.counters.sockets_opened;
    ++shared.counters.sockets;
    asio::co_spawn(executor, write_until_end(connection), asio::detached);
    asio::co_spawn(executor, keep_until_end(connection), asio::detached);
    if (upgrade.channel) {
        shared.events.channel_opened(id, *upgrade.channel);
    } else {
        shared.events.xmpp_opened(id, std::move(upgrade.room_hint), std::move(upgrade.account));
    }
    co_await connection->read_loop(id);
    shared.sockets.erase(id);
    --shared.counters.sockets;
    shared.events.closed(id);
}

}  // namespace klassenraum::http
