// The HTTPS listener of the front: accepts, shakes hands, serves pages through a Handler and carries the texts of two
// kinds of WebSocket. Owned by the application and on the front thread. Destroyed when the io_context runs no more:
// the coroutines that are still suspended in it touch nothing of ours when they are destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/result.hpp"
#include "server/http/handler.hpp"
#include "server/http/policy.hpp"
#include "server/http/routes.hpp"
#include "server/http/tls_context.hpp"

namespace boost::asio {
class io_context;
}

namespace klassenraum::http {

// What WebSockets tell the rest of the server.
class SocketEvents {
public:
    virtual ~SocketEvents() = default;
    // A new connection's id: drawn at random, never 0.
    virtual ConnectionId draw_connection() = 0;
    virtual void xmpp_opened(ConnectionId connection, std::string room_hint, std::optional<std::string> account) = 0;
    // Asked before the upgrade is answered; the verdict comes once, on the front thread, possibly at once.
    virtual void channel_requested(const ToChannel& channel, std::function<void(bool)> verdict) = 0;
    virtual void channel_opened(ConnectionId connection, const ToChannel& channel) = 0;
    // False: nobody can take it at the moment, the connection is closed.
    virtual bool text_received(ConnectionId connection, std::string text) = 0;
    virtual void closed(ConnectionId connection) = 0;
};

class MediaSide;

struct ListenerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t handshakes_failed = 0;
    std::uint64_t handshakes_delayed = 0;  // newcomers kept waiting in the kernel's queue
    std::uint64_t requests = 0;
    std::uint64_t refused_requests = 0;  // answered by the listener itself with 4xx or 5xx
    std::uint64_t sockets_opened = 0;
    std::uint64_t sockets_overrun = 0;  // slow readers and broken bounds
    std::uint32_t connections = 0;      // at present
    std::uint32_t sockets = 0;          // at present
    std::uint32_t relays = 0;           // TURN connections at present
    std::uint64_t relay_dropped = 0;    // TURN frames given up because the client's line was full
};

class Listener {
public:
    Listener(boost::asio::io_context& context,
             Policy policy,
             TlsContext tls,
             std::size_t max_connections,
             Handler& handler,
             SocketEvents& events);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // Binds and accepts. Port 0 lets the kernel choose; the bound port is returned.
    Result<std::uint16_t, std::error_code> listen(const Address& local);
    // A listening socket that the service manager opened.
    Result<std::uint16_t, std::error_code> adopt(int descriptor);
    void set_tls(TlsContext tls);  // for connections from now on
    void set_policy(Policy policy);

    // From now on connections may speak TURN as well: the first octet inside TLS decides.
    void serve_turn(MediaSide& media);
    // A datagram from one of our media ports to a TURN client; whoever has just gone is ignored.
    void relay(const Address& relayed, const Address& peer, ByteView datagram);

    // Unknown connections are ignored: they may have just closed.
    void send_text(ConnectionId connection, std::string text);
    void close(ConnectionId connection, std::uint16_t code, std::string reason);

    // No new connections; open WebSockets are closed with 1001 once what is queued for them was sent.
    void stop();
    bool has_sockets() const;
    const ListenerCounters& counters() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::http
