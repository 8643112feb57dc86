#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <utility>

#include "server/http/deadline.hpp"
#include "server/http/decode.hpp"
#include "server/http/limits.hpp"
#include "server/http/response_head.hpp"
#include "server/http/shared.hpp"
#include "server/http/turn_connection.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// An answer that comes later, from a page or a shard. The callback may outlive the connection.
template <typename Value>
class Promise {
public:
    explicit Promise(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

    auto resolver() {
        return [state = state_](Value value) {
            if (state->value) return;
            state->value = std::move(value);
            state->timer.cancel();
        };
    }
    awaitable<std::optional<Value>> wait(std::chrono::seconds limit) {
        const auto state = state_;
        if (!state->value) {
            state->timer.expires_after(limit);
            co_await state->timer.async_wait(kAwait);
        }
        co_return std::move(state->value);
    }

private:
    struct State {
        explicit State(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer;
        std::optional<Value> value;
    };
    std::shared_ptr<State> state_;
};

class HttpConnection {
public:
    HttpConnection(asio::ip::tcp::socket socket, Shared& shared)
        : shared_(shared),
          stream_(std::move(socket), shared.tls.context().native_handle()),
          deadline_(stream_.next_layer()) {}

    awaitable<void> run() {
        deadline_.set(kTlsDeadline);
        const auto [error] = co_await stream_.async_handshake(kAwait);
        if (error) {
            ++shared_.counters.handshakes_failed;
            co_return;
        }
        if (co_await begins_turn()) co_return co_await serve_turn(std::move(stream_), std::move(buffer_), shared_);
        for (std::size_t requests = 0; requests < kMaxRequests; ++requests) {
            const bool is_last = requests + 1 == kMaxRequests;
            if (!co_await serve_request(is_last) || shared_.stopping) break;
        }
        if (upgraded_) co_return;
        deadline_.set(kCloseDeadline);
        co_await stream_.async_shutdown(kAwait);
    }

private:
    // Reads the first octets. STUN begins with two zero bits (RFC 8489 §5), HTTP with a letter.
    awaitable<bool> begins_turn();
    // Reads until the empty line; nullopt when the peer went away or was too slow.
    awaitable<std::optional<std::string>> read_head();
    awaitable<bool> read_body(std::size_t length, std::string& body);
    awaitable<bool> serve_request(bool is_last);
    awaitable<bool> serve_pages(Request request, const Head& head, bool keep_alive);
    awaitable<bool> serve_channel(const Head& head, ToChannel channel);
    awaitable<void> upgrade(Upgrade upgrade);
    awaitable<bool> answer(const Response& response, std::string_view method, bool gzip, bool keep_alive);
    awaitable<bool> refuse(unsigned status) {
        ++shared_.counters.refused_requests;
        const Response response = plain_response(status);
        co_return co_await answer(response, "GET", false, false);
    }

    Shared& shared_;
    TlsStream stream_;
    Deadline deadline_;
    std::string buffer_;  // read, but not yet used
    bool upgraded_ = false;
};

awaitable<bool> HttpConnection::begins_turn() {
    if (shared_.media == nullptr || shared_.stopping) co_return false;
    std::array<char, 4096> chunk;
    deadline_.set(kIdleDeadline);
    const auto [error, count] = co_await stream_.async_read_some(asio::buffer(chunk), kAwait);
    buffer_.assign(chunk.data(), error ? 0 : count);
    if (buffer_.empty() || static_cast<std::uint8_t>(buffer_.front()) >= 0x40) co_return false;
    upgraded_ = true;
    deadline_.clear();
    co_return true;
}

awaitable<std::optional<std::string>> HttpConnection::read_head() {
    std::array<char, 4096> chunk;
    bool begun = !buffer_.empty();
    deadline_.set(begun ? kHeadDeadline : kIdleDeadline);
    std::size_t searched = 0;
    for (;;) {
        const auto end = buffer_.find("\r\n\r\n", searched);
        if (end != std::string::npos) {
            std::string head = buffer_.substr(0, end + 4);
            buffer_.erase(0, end + 4);
            co_return head;
        }
        // Whatever is longer is refused by parse_head() by its size, and bare line feeds that hide an end as well.
        if (buffer_.size() > kMaxHead || buffer_.find("\n\n") != std::string::npos)
            co_return std::exchange(buffer_, {});
        searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
        const auto [error, count] = co_await stream_.async_read_some(asio::buffer(chunk), kAwait);
        if (error) co_return std::nullopt;
        if (!begun) deadline_.set(kHeadDeadline);
        begun = true;
        buffer_.append(chunk.data(), count);
    }
}

awaitable<bool> HttpConnection::read_body(std::size_t length, std::string& body) {
    body = buffer_.substr(0, length);
    buffer_.erase(0, body.size());
    const std::size_t have = body.size();
    if (have == length) co_return true;
    body.resize(length);
    const auto [error, count] =
        co_await asio::async_read(stream_, asio::buffer(body.data() + have, length - have), kAwait);
    co_return !error;
}

awaitable<bool> HttpConnection::serve_request(bool is_last) {
    const auto text = co_await read_head();
    if (!text) co_return false;
    ++shared_.counters.requests;
    const auto head = parse_head(*text);
    if (!head) co_return co_await refuse(head.error());
    // Nobody waits for 100 (Continue) with forms as small as ours (RFC 9110 §10.1.1 lets us refuse).
    if (head->has("expect")) co_return co_await refuse(400);
    std::string body;
    if (!co_await read_body(head->content_length, body)) co_return false;
    const bool keep_alive = head->keep_alive && !is_last;

    Route target = route(*head, body, shared_.policy);
    if (auto* refused = std::get_if<Refused>(&target)) co_return co_await refuse(refused->status);
    if (auto* pages = std::get_if<ToPages>(&target)) {
        co_return co_await serve_pages(std::move(pages->request), *head, keep_alive);
    }
    if (std::holds_alternative<ToKeepAlive>(target)) {
        Response empty;
        empty.content_type = "text/plain";
        co_return co_await answer(empty, head->method, false, keep_alive);
    }
    if (shared_.stopping) co_return co_await refuse(503);
    // RFC 6455 §4.1: the client sends nothing before the answer.
    if (!buffer_.empty()) co_return co_await refuse(400);
    if (auto* channel = std::get_if<ToChannel>(&target)) co_return co_await serve_channel(*head, std::move(*channel));
    auto& xmpp = std::get<ToXmpp>(target);
    Upgrade upgrading{
        .head = *head, .channel = std::nullopt, .room_hint = std::move(xmpp.room_hint), .account = std::nullopt};
    if (xmpp.cookies_count) upgrading.account = shared_.handler.account_of(decode_cookies(head->field("cookie")));
    co_await upgrade(std::move(upgrading));
    co_return false;
}

awaitable<bool> HttpConnection::serve_pages(Request request, const Head& head, bool keep_alive) {
    deadline_.clear();
    Promise<Response> promise(stream_.get_executor());
    shared_.handler.handle(std::move(request), promise.resolver());
    const auto response = co_await promise.wait(kAnswerDeadline);
    if (!response) co_return co_await refuse(503);
    co_return co_await answer(*response, head.method, accepts_gzip(head.field("accept-encoding")), keep_alive);
}

awaitable<bool> HttpConnection::serve_channel(const Head& head, ToChannel channel) {
    deadline_.clear();
    Promise<bool> promise(stream_.get_executor());
    shared_.events.channel_requested(channel, promise.resolver());
    const auto verdict = co_await promise.wait(kUpgradeDeadline);
    // One text for an unknown conference, an unknown endpoint and a wrong password.
    if (!verdict.value_or(false)) co_return co_await refuse(403);
    Upgrade upgrading{.head = head, .channel = std::move(channel), .room_hint = {}, .account = std::nullopt};
    co_await upgrade(std::move(upgrading));
    co_return false;
}

awaitable<void> HttpConnection::upgrade(Upgrade upgrade) {
    upgraded_ = true;
    deadline_.clear();
    co_await serve_websocket(std::move(stream_), std::move(upgrade), shared_);
}

awaitable<bool> HttpConnection::answer(const Response& response, std::string_view method, bool gzip, bool keep_alive) {
    const bool gzipped = gzip && response.gzip_body;
    const auto body = gzipped ? response.gzip_body : response.body;
    const std::string head = write_response_head(
        response, body.get(), gzipped, keep_alive ? Connection::KeepAlive : Connection::Close, shared_.policy);
    const bool sends_body = body && method != "HEAD" && response.status != 204 && response.status != 304;
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                  sends_body ? asio::buffer(*body) : asio::const_buffer{}};
    deadline_.set(kWriteDeadline);
    const auto [error, count] = co_await asio::async_write(stream_, parts, kAwait);
    co_return keep_alive && !error;
}

}  // namespace

awaitable<void> serve_connection(asio::ip::tcp::socket socket, Shared& shared) {
    HttpConnection connection(std::move(socket), shared);
    co_await connection.run();
}

}  // namespace klassenraum::http
