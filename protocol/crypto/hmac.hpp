// HMAC (RFC 2104) over SHA-1, as STUN's MESSAGE-INTEGRITY asks for, and over SHA-256 for our own tokens. The message
// may come in parts, so that a header with another length field can stand before octets that are not copied.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

std::array<std::uint8_t, 20> hmac_sha1(ByteView key, std::initializer_list<ByteView> parts);
std::array<std::uint8_t, 32> hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace klassenraum::crypto
