#include "server/http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <fstream>
#include <iterator>

namespace klassenraum::http {
namespace {

namespace ssl = boost::asio::ssl;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

// A leaf that a further authority signed needs that authority's certificate beside it: phones do not fetch it
// themselves.
bool is_complete(const std::string& pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Certificate leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf) return false;
    if (X509_NAME_cmp(X509_get_subject_name(leaf.get()), X509_get_issuer_name(leaf.get())) == 0) return true;
    const Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return next && X509_NAME_cmp(X509_get_subject_name(next.get()), X509_get_issuer_name(leaf.get())) == 0;
}

void restrict_protocol(SSL_CTX* native) {
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK");
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    // Idle connections give their record buffers back: thousands of them wait for a teacher.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
}

// RFC 7301. Without it a browser may try HTTP/2 by prior knowledge of the host.
int choose_protocol(
    SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in, unsigned in_length, void*) {
    static constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(&chosen, out_length, kHttp11.data(), kHttp11.size(), in, in_length);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<TlsContext, TlsError> TlsContext::create(const PemPair& pem, ChainRule rule) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    restrict_protocol(context->native_handle());
    SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
    boost::system::error_code error;
    context->use_certificate_chain(boost::asio::buffer(pem.certificate), error);
    if (error) return failure(TlsError::BadCertificate);
    context->use_private_key(boost::asio::buffer(pem.key), ssl::context::pem, error);
    if (error) return failure(TlsError::BadKey);
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) return failure(TlsError::Mismatch);
    if (rule == ChainRule::Complete && !is_complete(pem.certificate)) return failure(TlsError::IncompleteChain);
    ERR_clear_error();
    return TlsContext(std::move(context));
}

Result<PemPair, TlsError> read_pem_files(const std::string& certificate_file, const std::string& key_file) {
    PemPair pem{.certificate = read_file(certificate_file), .key = read_file(key_file)};
    if (pem.certificate.empty() || pem.key.empty()) return failure(TlsError::Unreadable);
    return pem;
}

TlsContext::TlsContext(std::unique_ptr<ssl::context> context) : context_(std::move(context)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

}  // namespace klassenraum::http
