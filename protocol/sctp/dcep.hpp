// Opening a data channel inside an SCTP association (RFC 8832): the OPEN message is read, the ACK written. Values only;
// the SCTP stack of the server calls it for user messages with the PPID of DCEP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/core/bytes.hpp"

namespace klassenraum::sctp {

// RFC 8831 §8: payload protocol identifiers.
enum class PayloadProtocol : std::uint32_t { Dcep = 50, String = 51, Binary = 53, StringEmpty = 56, BinaryEmpty = 57 };

inline constexpr std::size_t kMaxDcepText = 256;  // octets of a label or protocol; Jitsi's are 16 and 38 octets long

struct ChannelOpen {
    std::uint8_t channel_type = 0;  // RFC 8832 §5.1; 0 is reliable and ordered
    std::uint16_t priority = 0;
    std::uint32_t reliability = 0;
    std::string_view label;     // into the message that was parsed
    std::string_view protocol;  // likewise
};

// DATA_CHANNEL_OPEN, exactly as long as its length fields say.
std::optional<ChannelOpen> parse_channel_open(ByteView message);

// DATA_CHANNEL_ACK, RFC 8832 §5.2.
inline constexpr std::array<std::uint8_t, 1> kChannelAck{0x02};

}  // namespace klassenraum::sctp
