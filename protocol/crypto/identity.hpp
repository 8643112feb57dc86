// The certificate that our end of every DTLS association shows: self-signed ECDSA P-256 (RFC 8827 §6.5), made anew at
// each start and held in memory only (threats.md D8). Made once by the application, read by all workers.
#pragma once

#include <memory>
#include <string>

// OpenSSL's X509 and EVP_PKEY, named here so that its headers stay in .cpp files.
struct x509_st;
struct evp_pkey_st;

namespace klassenraum::crypto {

class Identity {
public:
    // Draws the key from the operating system; throws std::runtime_error at start-up when OpenSSL cannot.
    static Identity create();
    Identity(Identity&&) noexcept;
    Identity& operator=(Identity&&) noexcept;
    ~Identity();

    // SHA-256 of the certificate as upper-case hex pairs with colons (RFC 8122 §5).
    const std::string& fingerprint() const { return fingerprint_; }

    x509_st* certificate() const { return certificate_.get(); }
    evp_pkey_st* key() const { return key_.get(); }

private:
    struct FreeCertificate {
        void operator()(x509_st* certificate) const;
    };
    struct FreeKey {
        void operator()(evp_pkey_st* key) const;
    };

    Identity();
    std::unique_ptr<x509_st, FreeCertificate> certificate_;
    std::unique_ptr<evp_pkey_st, FreeKey> key_;
    std::string fingerprint_;
};

}  // namespace klassenraum::crypto
