#include <openssl/evp.h>

#include "protocol/srtp/gcm.hpp"

namespace klassenraum::srtp {
namespace {

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

int size_of(ByteView bytes) {
    return static_cast<int>(bytes.size());
}

// The key is set once; each packet sets the nonce alone, which allocates nothing.
class OpensslAead {
public:
    explicit OpensslAead(Context context) : context_(std::move(context)) {}

    bool seal(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        int length = 0;
        EVP_CIPHER_CTX* cipher = context_.get();
        return EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
               EVP_EncryptUpdate(cipher, nullptr, &length, clear.data(), size_of(clear)) == 1 &&
               EVP_EncryptUpdate(cipher, text.data(), &length, text.data(), size_of(text)) == 1 &&
               EVP_EncryptFinal_ex(cipher, text.data() + text.size(), &length) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kGcmTag, tag) == 1;
    }

    bool open(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        int length = 0;
        EVP_CIPHER_CTX* cipher = context_.get();
        return EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
               EVP_DecryptUpdate(cipher, nullptr, &length, clear.data(), size_of(clear)) == 1 &&
               EVP_DecryptUpdate(cipher, text.data(), &length, text.data(), size_of(text)) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag) == 1 &&
               EVP_DecryptFinal_ex(cipher, text.data() + text.size(), &length) == 1;
    }

private:
    Context context_;
};

}  // namespace

std::unique_ptr<Cipher> create_openssl_gcm(const GcmKeys& keys) {
    const auto create = [](ByteView key) {
        Context context(EVP_CIPHER_CTX_new());
        const bool ready =
            context && EVP_CipherInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr, 1) == 1;
        return ready ? std::move(context) : nullptr;
    };
    Context rtp = create(keys.rtp_key);
    Context rtcp = create(keys.rtcp_key);
    if (!rtp || !rtcp) return nullptr;
    return std::make_unique<Gcm<OpensslAead, OpensslAead>>(OpensslAead(std::move(rtp)), OpensslAead(std::move(rtcp)),
                                                           keys);
}

}  // namespace klassenraum::srtp
