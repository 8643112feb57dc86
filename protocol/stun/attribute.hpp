// The attributes of RFC 8489 §18.3 and RFC 8445 §16.1 that a connectivity check carries.
#pragma once

#include <cstdint>

namespace klassenraum::stun {

enum class Attribute : std::uint16_t {
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000a,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802a,
};

// RFC 8489 §14: the lower half of the types must be understood.
inline bool comprehension_required(std::uint16_t type) {
    return type < 0x8000;
}

inline constexpr std::uint32_t kFingerprintXor = 0x5354554e;
inline constexpr std::size_t kIntegritySize = 20;
inline constexpr std::size_t kAttributeHeaderSize = 4;
inline constexpr std::size_t kFingerprintSize = 4;

}  // namespace klassenraum::stun
