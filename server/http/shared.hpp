// What all connections of one listener share. Private to this folder; lives inside the Listener, on the front thread.
#pragma once

// g++ 12 believes that another function frees Asio's coroutine frames than belongs to their allocation; it does not.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "server/http/handshake_gate.hpp"
#include "server/http/listener.hpp"
#include "server/http/media_side.hpp"
#include "server/http/tls_stream.hpp"

namespace klassenraum::http {

// One open WebSocket, as the listener sees it.
class Websocket {
public:
    virtual ~Websocket() = default;
    virtual void send(std::string text) = 0;
    virtual void close(std::uint16_t code, std::string reason) = 0;
};

// One TURN client with an allocation, as the listener sees it.
class Relayed {
public:
    virtual ~Relayed() = default;
    virtual void relay(const Address& peer, ByteView datagram) = 0;
};

struct Shared {
    Policy policy;
    TlsContext tls;
    std::size_t max_connections;
    Handler& handler;
    SocketEvents& events;
    ListenerCounters counters;
    HandshakeGate handshakes;
    std::unordered_map<ConnectionId, Websocket*> sockets;  // each entry lives as long as its connection's coroutine
    MediaSide* media = nullptr;                            // none: the first octet of a connection can only be HTTP's
    std::unordered_map<Address, Relayed*> relayed;         // likewise, by relayed address
    bool stopping = false;
};

// One TCP connection from the handshake to its end.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket, Shared& shared);

// Answers the upgrade whose head was read and carries texts until the end. `channel` is null for XMPP.
struct Upgrade {
    Head head;
    std::optional<ToChannel> channel;
    std::string room_hint;
    std::optional<std::string> account;
};
boost::asio::awaitable<void> serve_websocket(TlsStream stream, Upgrade upgrade, Shared& shared);

}  // namespace klassenraum::http
