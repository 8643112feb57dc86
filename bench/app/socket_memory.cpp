#include "bench/app/socket_memory.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "bench/net/socket_address.hpp"
#include "bench/net/text_socket.hpp"
#include "bench/target/process_usage.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bench {

namespace {

using namespace std::chrono_literals;
using Sockets = std::vector<std::unique_ptr<TextSocket>>;

constexpr std::size_t kFirst = 50;
constexpr std::size_t kMore = 100;

bool all_open(const Sockets& sockets) {
    return std::ranges::all_of(sockets, [](const auto& socket) { return socket->is_open(); });
}

bool open(
    Sockets& sockets, std::size_t count, const TlsClientContext& tls, const SocketTarget& target, Entropy& entropy) {
    for (std::size_t i = 0; i < count; ++i) sockets.push_back(std::make_unique<TextSocket>(tls, target, entropy));
    const auto patience = std::chrono::steady_clock::now() + 10s;
    while (!all_open(sockets) && std::chrono::steady_clock::now() < patience) {
        for (const auto& socket : sockets) socket->advance();
        std::this_thread::sleep_for(2ms);
    }
    return all_open(sockets);
}

}  // namespace

std::optional<double> measure_socket_memory(const ServerWish& wish) {
    Server server = Server::start(wish);
    const auto address = resolve(server.url().host, server.url().port);
    if (!address) return std::nullopt;
    const SocketTarget target{.server = *address,
                              .host = server.url().authority(),
                              .origin = server.url().origin(),
                              .path = "/xmpp-websocket?room=bench",
                              .protocol = "xmpp"};
    const TlsClientContext tls;
    SeededEntropy entropy(1);
    Sockets sockets;
    if (!open(sockets, kFirst, tls, target, entropy)) return std::nullopt;
    const auto before = static_cast<double>(usage_of(server.pid()).anonymous_kib);
    if (!open(sockets, kMore, tls, target, entropy)) return std::nullopt;
    const auto after = static_cast<double>(usage_of(server.pid()).anonymous_kib);
    return (after - before) / static_cast<double>(kMore);
}

}  // namespace klassenraum::bench
