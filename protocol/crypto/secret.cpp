#include "protocol/crypto/secret.hpp"

#include <openssl/crypto.h>

namespace klassenraum::crypto {

bool equal_in_constant_time(ByteView left, ByteView right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return equal_in_constant_time(as_bytes(left), as_bytes(right));
}

void wipe(MutableBytes secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace klassenraum::crypto
