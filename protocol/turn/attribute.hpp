// The methods, attributes and error codes of RFC 8656 §17-19 and of RFC 8489's long-term credentials that TURN over a
// stream needs.
#pragma once

#include <cstdint>

namespace klassenraum::turn {

enum class Method : std::uint16_t {
    Binding = 0x001,
    Allocate = 0x003,
    Refresh = 0x004,
    Send = 0x006,
    Data = 0x007,
    CreatePermission = 0x008,
    ChannelBind = 0x009,
};

enum class Attribute : std::uint16_t {
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000a,
    ChannelNumber = 0x000c,
    Lifetime = 0x000d,
    XorPeerAddress = 0x0012,
    Data = 0x0013,
    Realm = 0x0014,
    Nonce = 0x0015,
    XorRelayedAddress = 0x0016,
    RequestedAddressFamily = 0x0017,
    RequestedTransport = 0x0019,
    XorMappedAddress = 0x0020,
    Fingerprint = 0x8028,
};

enum class Error : std::uint16_t {
    BadRequest = 400,
    Unauthenticated = 401,
    Forbidden = 403,
    UnknownAttribute = 420,
    AllocationMismatch = 437,
    StaleNonce = 438,
    FamilyNotSupported = 440,
    WrongCredentials = 441,
    TransportNotSupported = 442,
    PeerFamilyMismatch = 443,
    QuotaReached = 486,
    InsufficientCapacity = 508,
};

inline constexpr std::uint8_t kUdp = 17;  // REQUESTED-TRANSPORT counts as IP does
enum class Family : std::uint8_t { V4 = 1, V6 = 2 };

inline constexpr std::uint16_t kFirstChannel = 0x4000;  // RFC 8656 §12
inline constexpr std::uint16_t kLastChannel = 0x4fff;

}  // namespace klassenraum::turn
