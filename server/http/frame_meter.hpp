// Reads along the frame headers of a WebSocket (RFC 6455 §5.2) to bound what the library does not: how many fragments
// make a message, and how many control frames come in a second (threats.md W5). Payload is skipped, never kept. A value
// inside one connection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::http {

class FrameMeter {
public:
    // False: a bound was passed, the connection has to end. Any division of the octets into calls gives the same
    // answer.
    bool receive(ByteView octets, Instant now);

private:
    bool finish_header(Instant now);

    std::uint8_t header_[14]{};
    std::size_t have_ = 0;
    std::uint64_t payload_left_ = 0;
    std::size_t fragments_ = 0;
    std::size_t controls_ = 0;
    Instant second_began_{};
};

}  // namespace klassenraum::http
