#include "server/http/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <utility>

#include "server/http/shared.hpp"
#include "server/log/log.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{100};

Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

awaitable<void> count_connection(tcp::socket socket, Shared& shared) {
    ++shared.counters.connections;
    co_await serve_connection(std::move(socket), shared);
    --shared.counters.connections;
}

// Out of descriptors or over our own bound: wait instead of spinning (threats.md O3); newcomers stay in the kernel's
// queue.
awaitable<void> accept_loop(tcp::acceptor& acceptor, Shared& shared) {
    asio::steady_timer pause(acceptor.get_executor());
    while (!shared.stopping) {
        if (shared.counters.connections >= shared.max_connections) {
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(kAwait);
            continue;
        }
        if (const Duration wait = shared.handshakes.wait_at(steady_now()); wait > Duration{}) {
            ++shared.counters.handshakes_delayed;
            pause.expires_after(wait);
            co_await pause.async_wait(kAwait);
            continue;
        }
        auto [error, socket] = co_await acceptor.async_accept(kAwait);
        if (shared.stopping) break;
        if (error) {
            log::warning("http.accept_failed", log::field("errno", error.value()));
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(kAwait);
            continue;
        }
        ++shared.counters.accepted;
        shared.handshakes.take(steady_now());
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        asio::co_spawn(acceptor.get_executor(), count_connection(std::move(socket), shared), asio::detached);
    }
}

tcp::endpoint to_endpoint(const Address& address) {
    if (address.is_v4()) {
        asio::ip::address_v4::bytes_type octets{};
        std::memcpy(octets.data(), address.ip.data() + 12, octets.size());
        return {asio::ip::address_v4(octets), address.port};
    }
    return {asio::ip::address_v6(address.ip), address.port};
}

}  // namespace

struct Listener::Parts {
    asio::io_context& context;
    Shared shared;
    std::list<tcp::acceptor> acceptors;
};

Listener::Listener(asio::io_context& context,
                   Policy policy,
                   TlsContext tls,
                   std::size_t max_connections,
                   Handler& handler,
                   SocketEvents& events)
    : parts_(new Parts{.context = context,
                       .shared = {.policy = std::move(policy),
                                  .tls = std::move(tls),
                                  .max_connections = max_connections,
                                  .handler = handler,
                                  .events = events,
                                  .counters = {},
                                  .handshakes = {},
                                  .sockets = {},
                                  .media = nullptr,
                                  .relayed = {}},
                       .acceptors = {}}) {}

Listener::~Listener() = default;

Result<std::uint16_t, std::error_code> Listener::listen(const Address& local) {
    const tcp::endpoint endpoint = to_endpoint(local);
    tcp::acceptor acceptor(parts_->context);
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && !local.is_v4()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failure(std::error_code(error));
    const std::uint16_t port = acceptor.local_endpoint(error).port();
    parts_->acceptors.push_back(std::move(acceptor));
    asio::co_spawn(parts_->context, accept_loop(parts_->acceptors.back(), parts_->shared), asio::detached);
    return port;
}

Result<std::uint16_t, std::error_code> Listener::adopt(int descriptor) {
    sockaddr_storage local{};
    socklen_t length = sizeof local;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &length) != 0)
        return failure(std::error_code(errno, std::generic_category()));
    tcp::acceptor acceptor(parts_->context);
    boost::system::error_code error;
    acceptor.assign(local.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, error);
    if (error) return failure(std::error_code(error));
    const std::uint16_t port = acceptor.local_endpoint(error).port();
    parts_->acceptors.push_back(std::move(acceptor));
    asio::co_spawn(parts_->context, accept_loop(parts_->acceptors.back(), parts_->shared), asio::detached);
    return port;
}

void Listener::set_policy(Policy policy) {
    parts_->shared.policy = std::move(policy);
}

void Listener::set_tls(TlsContext tls) {
    parts_->shared.tls = std::move(tls);
}

void Listener::serve_turn(MediaSide& media) {
    parts_->shared.media = &media;
}

void Listener::relay(const Address& relayed, const Address& peer, ByteView datagram) {
    const auto found = parts_->shared.relayed.find(relayed);
    if (found != parts_->shared.relayed.end()) found->second->relay(peer, datagram);
}

void Listener::send_text(ConnectionId connection, std::string text) {
    const auto found = parts_->shared.sockets.find(connection);
    if (found != parts_->shared.sockets.end()) found->second->send(std::move(text));
}

void Listener::close(ConnectionId connection, std::uint16_t code, std::string reason) {
    const auto found = parts_->shared.sockets.find(connection);
    if (found != parts_->shared.sockets.end()) found->second->close(code, std::move(reason));
}

void Listener::stop() {
    parts_->shared.stopping = true;
    boost::system::error_code ignored;
    for (tcp::acceptor& acceptor : parts_->acceptors) acceptor.close(ignored);
    for (const auto& [id, socket] : parts_->shared.sockets) socket->close(1001, "server stops");
}

bool Listener::has_sockets() const {
    return !parts_->shared.sockets.empty();
}
const ListenerCounters& Listener::counters() const {
    return parts_->shared.counters;
}

}  // namespace klassenraum::http
