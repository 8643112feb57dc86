// A WebSocket of a client, over TLS: the upgrade, texts both ways, pings answered. Owned by a Client; driven by its
// epoll.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/net/tls_stream.hpp"
#include "bench/net/websocket_frames.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bench {

struct SocketTarget {
    Address server;
    std::string host;    // with the port, as in the Host header
    std::string origin;  // "https://…"
    std::string path;    // with query
    std::string protocol = {};
    std::string cookie = {};
};

class TextSocket {
public:
    TextSocket(const TlsClientContext& context, const SocketTarget& target, Entropy& entropy);

    int descriptor() const { return tls_.descriptor(); }
    bool wants_to_write() const { return tls_.wants_to_write(); }
    void advance();
    void send(std::string_view text);
    void close();

    bool is_open() const { return upgraded_ && !closed_; }
    bool is_closed() const { return closed_; }
    // The HTTP status that refused the upgrade; 0: none did.
    unsigned refused_with() const { return refused_with_; }
    std::vector<std::string> take_texts() { return std::exchange(texts_, {}); }

private:
    bool read_upgrade();
    void read_frames();

    Entropy& entropy_;
    TlsStream tls_;
    std::string request_;
    std::string head_;
    FrameReader frames_;
    std::vector<std::string> texts_;
    bool requested_ = false;
    bool upgraded_ = false;
    bool closed_ = false;
    unsigned refused_with_ = 0;
};

}  // namespace klassenraum::bench
