#include "protocol/crypto/identity.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/fingerprint_text.hpp"

namespace klassenraum::crypto {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

// Who we are is said by the fingerprint in the signalling alone: the name and the dates are the same on every server,
// so that a certificate tells an observer nothing, and no clock is read.
void describe(X509* certificate, EVP_PKEY* key) {
    std::uint8_t serial[8];
    require(RAND_bytes(serial, sizeof serial) == 1, "no random serial number");
    serial[0] &= 0x7f;
    BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
    require(number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr,
            "no serial number");
    BN_free(number);
    require(X509_set_version(certificate, X509_VERSION_3) == 1 &&
                ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20250101000000Z") == 1 &&
                ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20491231235959Z") == 1,
            "no validity");
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* common_name = reinterpret_cast<const unsigned char*>("WebRTC");
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
                X509_set_issuer_name(certificate, name) == 1,
            "no name");
    require(X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0, "no signature");
}

}  // namespace

Identity Identity::create() {
    Identity identity;
    identity.key_.reset(EVP_EC_gen("P-256"));
    require(identity.key_ != nullptr, "no ECDSA key");
    identity.certificate_.reset(X509_new());
    require(identity.certificate_ != nullptr, "no certificate");
    describe(identity.certificate_.get(), identity.key_.get());

    std::uint8_t* der = nullptr;
    const int length = i2d_X509(identity.certificate_.get(), &der);
    require(length > 0, "no encoding of the certificate");
    identity.fingerprint_ = fingerprint_text(sha256({der, static_cast<std::size_t>(length)}));
    OPENSSL_free(der);
    return identity;
}

Identity::Identity() = default;
Identity::Identity(Identity&&) noexcept = default;
Identity& Identity::operator=(Identity&&) noexcept = default;
Identity::~Identity() = default;

void Identity::FreeCertificate::operator()(x509_st* certificate) const {
    X509_free(certificate);
}
void Identity::FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

}  // namespace klassenraum::crypto
