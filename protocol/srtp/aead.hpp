// AES-128-GCM with one key, in place. Two implementations give the same octets: OpenSSL's everywhere, Intel's
// multi-buffer library some four times as fast where the CPU has vector AES. Owned by a GCM cipher.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "protocol/core/bytes.hpp"

namespace klassenraum::srtp {

class Aead {
public:
    static constexpr std::size_t kTag = 16;
    using Nonce = std::array<std::uint8_t, 12>;

    virtual ~Aead() = default;
    // The tag is written to, or expected at, `tag`; it has kTag octets.
    virtual bool seal(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) = 0;
    virtual bool open(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) = 0;
};

// Null when OpenSSL refuses.
std::unique_ptr<Aead> create_openssl_aead(ByteView key);
// Null where the CPU lacks AES or carry-less multiplication, or where we were built without the library.
std::unique_ptr<Aead> create_vector_aead(ByteView key);

}  // namespace klassenraum::srtp
