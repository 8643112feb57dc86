#include "protocol/srtp/key_derivation.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace klassenraum::srtp {

// RFC 3711 §4.3.3 with RFC 7714 §11: AES in counter mode over zeros, the label XORed into the padded salt.
bool derive_key(ByteView master_key, ByteView master_salt, Label label, MutableBytes out) {
    std::array<std::uint8_t, 16> counter{};
    ByteWriter(counter).bytes(master_salt);
    counter[7] ^= static_cast<std::uint8_t>(label);
    EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    int length = 0;
    const bool done = cipher != nullptr &&
                      EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), nullptr, master_key.data(), counter.data()) == 1 &&
                      EVP_EncryptUpdate(cipher, out.data(), &length, out.data(), static_cast<int>(out.size())) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

}  // namespace klassenraum::srtp
