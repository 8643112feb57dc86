// What all DTLS sessions of a worker share: our certificate and what we accept (DTLS 1.2, ECDHE with AEAD, extended
// master secret, use_srtp of RFC 5764; threats.md D4, D5). Owned by the bridge, made from the process's identity; a
// thousand sessions then cost one table of algorithms.
#pragma once

#include <memory>

#include "protocol/crypto/identity.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace klassenraum::dtls {

class ServerContext {
public:
    // Throws std::runtime_error at start-up when OpenSSL lacks what we need. The identity is not needed afterwards.
    explicit ServerContext(const crypto::Identity& identity);

    ssl_ctx_st* handle() const { return context_.get(); }
    const std::string& fingerprint() const { return fingerprint_; }  // sha-256 of our certificate

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::string fingerprint_;
};

}  // namespace klassenraum::dtls
