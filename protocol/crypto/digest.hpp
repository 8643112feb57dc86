// The hash functions that our protocols name: SHA-1 (XEP-0115), SHA-2 (RFC 8122 fingerprints) and the CRC-32 of
// RFC 8489 §14.7. Free functions over octets; OpenSSL stays inside.
#pragma once

#include <array>
#include <cstdint>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

// Broken as a signature; RFC 8489 §9.2.2 makes TURN's keys with it, which their MAC does not suffer from.
std::array<std::uint8_t, 16> md5(ByteView data);
std::array<std::uint8_t, 20> sha1(ByteView data);
std::array<std::uint8_t, 32> sha256(ByteView data);
std::array<std::uint8_t, 48> sha384(ByteView data);
std::array<std::uint8_t, 64> sha512(ByteView data);

// ISO 3309 (ITU V.42) CRC-32, as in Ethernet. Several parts are chained by handing in the value so far.
std::uint32_t crc32(ByteView data, std::uint32_t value = 0);

}  // namespace klassenraum::crypto
