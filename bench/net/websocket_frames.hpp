// RFC 6455 §5 as a client speaks it: frames are written masked, and read unmasked and put together to messages. A value
// without I/O; what a server may make us keep is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace klassenraum::bench {

// A room of 500 in one presence fan-out stays below it; the server itself takes 256 KiB.
inline constexpr std::size_t kMaxWebSocketMessage = 4UL * 1024 * 1024;

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

std::string write_frame(Opcode opcode, std::string_view payload, std::uint32_t mask);

struct WebSocketMessage {
    Opcode opcode = Opcode::Text;
    std::string payload;
};

class FrameReader {
public:
    void feed(std::string_view octets);
    // The next whole message or control frame.
    std::optional<WebSocketMessage> next();
    // Something arrived that a server must not send; nothing comes any more.
    bool failed() const { return failed_; }

private:
    bool take(const WebSocketMessage& frame, bool final, std::optional<WebSocketMessage>& whole);

    std::string buffer_;
    std::size_t at_ = 0;
    std::optional<WebSocketMessage> partial_;
    bool failed_ = false;
};

}  // namespace klassenraum::bench
