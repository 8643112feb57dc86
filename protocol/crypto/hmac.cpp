#include "protocol/crypto/hmac.hpp"

#include "protocol/core/assert.hpp"
#include "protocol/crypto/secret.hpp"

// The one-shot hash contexts are plain structs: no allocation per datagram, which EVP_MAC would need.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace klassenraum::crypto {

namespace {

constexpr std::size_t kBlock = 64;  // of SHA-1 and SHA-256 alike

struct Sha1 {
    static constexpr std::size_t kSize = SHA_DIGEST_LENGTH;
    Sha1() { ASSERT(SHA1_Init(&context) == 1); }
    void update(ByteView data) { SHA1_Update(&context, data.data(), data.size()); }
    void finish(std::uint8_t* digest) { SHA1_Final(digest, &context); }
    SHA_CTX context;
};

struct Sha256 {
    static constexpr std::size_t kSize = SHA256_DIGEST_LENGTH;
    Sha256() { ASSERT(SHA256_Init(&context) == 1); }
    void update(ByteView data) { SHA256_Update(&context, data.data(), data.size()); }
    void finish(std::uint8_t* digest) { SHA256_Final(digest, &context); }
    SHA256_CTX context;
};

// RFC 2104 §2: H(key ^ opad, H(key ^ ipad, message)).
template <typename Hash>
std::array<std::uint8_t, Hash::kSize> hmac(ByteView key, std::initializer_list<ByteView> parts) {
    std::array<std::uint8_t, kBlock> pad{};
    if (key.size() > kBlock) {
        Hash shorten;
        shorten.update(key);
        shorten.finish(pad.data());
    } else {
        ByteWriter(pad).bytes(key);
    }
    for (std::uint8_t& octet : pad) octet ^= 0x36;
    std::array<std::uint8_t, Hash::kSize> digest;
    Hash inner;
    inner.update(pad);
    for (const ByteView part : parts) inner.update(part);
    inner.finish(digest.data());

    for (std::uint8_t& octet : pad) octet ^= 0x36 ^ 0x5c;
    Hash outer;
    outer.update(pad);
    outer.update(digest);
    outer.finish(digest.data());
    wipe(pad);
    return digest;
}

}  // namespace

std::array<std::uint8_t, 20> hmac_sha1(ByteView key, std::initializer_list<ByteView> parts) {
    return hmac<Sha1>(key, parts);
}

std::array<std::uint8_t, 32> hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    return hmac<Sha256>(key, parts);
}

}  // namespace klassenraum::crypto
