#include "protocol/crypto/digest.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "protocol/core/assert.hpp"

namespace klassenraum::crypto {

namespace {

consteval std::array<std::uint32_t, 256> crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t octet = 0; octet < 256; ++octet) {
        std::uint32_t value = octet;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320U : value >> 1;
        table[octet] = value;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = crc_table();

}  // namespace

std::array<std::uint8_t, 16> md5(ByteView data) {
    std::array<std::uint8_t, 16> digest{};
    ASSERT(EVP_Q_digest(nullptr, "MD5", nullptr, data.data(), data.size(), digest.data(), nullptr) == 1);
    return digest;
}

std::array<std::uint8_t, 20> sha1(ByteView data) {
    std::array<std::uint8_t, 20> digest;
    SHA1(data.data(), data.size(), digest.data());
    return digest;
}

std::array<std::uint8_t, 32> sha256(ByteView data) {
    std::array<std::uint8_t, 32> digest;
    SHA256(data.data(), data.size(), digest.data());
    return digest;
}

std::array<std::uint8_t, 48> sha384(ByteView data) {
    std::array<std::uint8_t, 48> digest;
    SHA384(data.data(), data.size(), digest.data());
    return digest;
}

std::array<std::uint8_t, 64> sha512(ByteView data) {
    std::array<std::uint8_t, 64> digest;
    SHA512(data.data(), data.size(), digest.data());
    return digest;
}

std::uint32_t crc32(ByteView data, std::uint32_t value) {
    value = ~value;
    for (const std::uint8_t octet : data) value = kCrcTable[(value ^ octet) & 0xff] ^ value >> 8;
    return ~value;
}

}  // namespace klassenraum::crypto
