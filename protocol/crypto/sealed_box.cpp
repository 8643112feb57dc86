#include "protocol/crypto/sealed_box.hpp"

#include <openssl/evp.h>

#include <limits>
#include <memory>

#include "protocol/core/assert.hpp"
#include "protocol/crypto/secret.hpp"

namespace klassenraum::crypto {
namespace {

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

int length_of(ByteView bytes) {
    ASSERT(bytes.size() < std::numeric_limits<int>::max() / 2);
    return static_cast<int>(bytes.size());
}

}  // namespace

std::vector<std::uint8_t> seal_box(const BoxKey& key, const BoxNonce& nonce, ByteView header, ByteView message) {
    const Cipher cipher(EVP_CIPHER_CTX_new());
    std::vector<std::uint8_t> sealed(message.size() + kBoxTagSize);
    int written = 0;
    int finished = 0;
    const bool done =
        cipher != nullptr &&
        EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
        EVP_EncryptUpdate(cipher.get(), nullptr, &written, header.data(), length_of(header)) == 1 &&
        EVP_EncryptUpdate(cipher.get(), sealed.data(), &written, message.data(), length_of(message)) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), sealed.data() + written, &finished) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kBoxTagSize),
                            sealed.data() + message.size()) == 1;
    ASSERT(done && static_cast<std::size_t>(written) == message.size());
    return sealed;
}

std::optional<std::vector<std::uint8_t>> open_box(const BoxKey& key,
                                                  const BoxNonce& nonce,
                                                  ByteView header,
                                                  ByteView sealed) {
    if (sealed.size() < kBoxTagSize) return std::nullopt;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    const ByteView hidden = sealed.first(sealed.size() - kBoxTagSize);
    std::array<std::uint8_t, kBoxTagSize> tag{};
    std::copy(sealed.end() - kBoxTagSize, sealed.end(), tag.begin());
    std::vector<std::uint8_t> message(hidden.size() + 1);  // never without an address to write to
    int written = 0;
    int finished = 0;
    const bool intact =
        cipher != nullptr &&
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &written, header.data(), length_of(header)) == 1 &&
        EVP_DecryptUpdate(cipher.get(), message.data(), &written, hidden.data(), length_of(hidden)) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kBoxTagSize), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), message.data() + written, &finished) == 1;
    if (!intact) {
        wipe(MutableBytes(message));
        return std::nullopt;
    }
    message.resize(hidden.size());
    return message;
}

}  // namespace klassenraum::crypto
