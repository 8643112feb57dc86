#include "protocol/dtls/server_context.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <stdexcept>

#include "protocol/dtls/limits.hpp"

namespace klassenraum::dtls {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

// D4: keys whose arithmetic is bounded. Whose key it is, the fingerprint says later.
bool is_acceptable_key(const EVP_PKEY* key) {
    if (key == nullptr) return false;
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        const int bits = EVP_PKEY_get_bits(key);
        return bits >= kMinRsaBits && bits <= kMaxRsaBits;
    }
    if (EVP_PKEY_is_a(key, "EC") != 1) return false;
    char encoding[32] = {};
    const int found =
        EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding, nullptr);
    return found == 1 && std::string_view(encoding) == OSSL_PKEY_EC_ENCODING_GROUP;
}

// Nobody signs these certificates but their owners (RFC 8827 §6.5), so there is no chain to check.
int verify_certificate(X509_STORE_CTX* store, void*) {
    const X509* certificate = X509_STORE_CTX_get0_cert(store);
    const bool acceptable = certificate != nullptr && is_acceptable_key(X509_get0_pubkey(certificate));
    X509_STORE_CTX_set_error(store, acceptable ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return acceptable ? 1 : 0;
}

}  // namespace

ServerContext::ServerContext(const crypto::Identity& identity)
    : context_(SSL_CTX_new(DTLS_server_method())), fingerprint_(identity.fingerprint()) {
    SSL_CTX* context = context_.get();
    require(context != nullptr, "no DTLS");
    require(SSL_CTX_use_certificate(context, identity.certificate()) == 1 &&
                SSL_CTX_use_PrivateKey(context, identity.key()) == 1,
            "no DTLS identity");
    require(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
                SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1,
            "no DTLS 1.2");
    require(SSL_CTX_set_cipher_list(context,
                                    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                                    "ECDHE-ECDSA-AES256-GCM-SHA384") == 1,
            "no DTLS cipher suites");
    require(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1, "no DTLS groups");
    require(SSL_CTX_set1_client_sigalgs_list(context,
                                             "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA+SHA256") == 1,
            "no DTLS signature algorithms");
    // RFC 5764 §4.1.2. As the server we choose: GCM costs a fifth of AES-CM with SHA-1. Returns 0 for success.
    require(SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0, "no use_srtp");
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, static_cast<long>(kMaxHandshakeMessage));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
}

void ServerContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

}  // namespace klassenraum::dtls
