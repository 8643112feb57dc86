#include "protocol/srtp/gcm.hpp"

#include <openssl/crypto.h>

#include "protocol/srtp/key_derivation.hpp"

namespace klassenraum::srtp {

GcmKeys::~GcmKeys() {
    OPENSSL_cleanse(rtp_key.data(), rtp_key.size());
    OPENSSL_cleanse(rtcp_key.data(), rtcp_key.size());
    OPENSSL_cleanse(rtp_salt.data(), rtp_salt.size());
    OPENSSL_cleanse(rtcp_salt.data(), rtcp_salt.size());
}

Salt::~Salt() {
    OPENSSL_cleanse(octets_.data(), octets_.size());
}

void wipe_key(std::array<std::uint8_t, kKeySize>& key) {
    OPENSSL_cleanse(key.data(), key.size());
}

std::unique_ptr<Cipher> create_gcm(ByteView master_key, ByteView master_salt, Way way, Implementation implementation) {
    GcmKeys keys;
    const bool derived = derive_key(master_key, master_salt, Label::RtpKey, keys.rtp_key) &&
                         derive_key(master_key, master_salt, Label::RtpSalt, keys.rtp_salt) &&
                         derive_key(master_key, master_salt, Label::RtcpKey, keys.rtcp_key) &&
                         derive_key(master_key, master_salt, Label::RtcpSalt, keys.rtcp_salt);
    if (!derived) return nullptr;
    if (implementation != Implementation::Portable) {
        std::unique_ptr<Cipher> vector = create_vector_gcm(keys, way);
        if (vector || implementation == Implementation::Vector) return vector;
    }
    return create_openssl_gcm(keys);
}

}  // namespace klassenraum::srtp
