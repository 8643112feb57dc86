#include "bench/net/text_socket.hpp"

#include <charconv>

namespace klassenraum::bench {

namespace {

constexpr std::size_t kMaxHead = 16 * 1024;

std::string upgrade_request(const SocketTarget& target) {
    std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.host +
                          "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          // Any sixteen octets do: the answer to them is for proxies that replay.
                          "Sec-WebSocket-Key: a2xhc3NlbnJhdW0tYmVuYw==\r\n";
    if (!target.origin.empty()) request += "Origin: " + target.origin + "\r\n";
    if (!target.protocol.empty()) request += "Sec-WebSocket-Protocol: " + target.protocol + "\r\n";
    if (!target.cookie.empty()) request += "Cookie: " + target.cookie + "\r\n";
    return request + "\r\n";
}

}  // namespace

TextSocket::TextSocket(const TlsClientContext& context, const SocketTarget& target, Entropy& entropy)
    : entropy_(entropy),
      tls_(context, target.server, target.host.substr(0, target.host.rfind(':'))),
      request_(upgrade_request(target)) {}

void TextSocket::advance() {
    if (closed_) return;
    const bool alive = tls_.advance();
    if (tls_.is_open() && !requested_) {
        requested_ = true;
        tls_.write(request_);
        request_.clear();
    }
    if (upgraded_ || read_upgrade()) read_frames();
    if (!alive) closed_ = true;
}

bool TextSocket::read_upgrade() {
    head_ += tls_.take();
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (head_.size() > kMaxHead) closed_ = true;
        return false;
    }
    unsigned status = 0;
    if (head_.size() > 12) std::from_chars(head_.data() + 9, head_.data() + 12, status);
    if (status != 101) {
        refused_with_ = status;
        closed_ = true;
        return false;
    }
    upgraded_ = true;
    frames_.feed(std::string_view(head_).substr(end + 4));
    head_ = {};
    return true;
}

void TextSocket::read_frames() {
    const std::string octets = tls_.take();
    if (!octets.empty()) frames_.feed(octets);
    while (auto message = frames_.next()) {
        switch (message->opcode) {
            case Opcode::Text:
                texts_.push_back(std::move(message->payload));
                break;
            case Opcode::Ping:
                tls_.write(write_frame(Opcode::Pong, message->payload, entropy_.u32()));
                break;
            case Opcode::Close:
                closed_ = true;
                break;
            default:
                break;
        }
    }
    if (frames_.failed()) closed_ = true;
}

void TextSocket::send(std::string_view text) {
    if (is_open()) tls_.write(write_frame(Opcode::Text, text, entropy_.u32()));
}

void TextSocket::close() {
    if (is_open()) tls_.write(write_frame(Opcode::Close, std::string_view("\x03\xe8", 2), entropy_.u32()));
    closed_ = true;
}

}  // namespace klassenraum::bench
