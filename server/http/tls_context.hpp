// The TLS side of the listener (threats.md W6): certificate and key from PEM, TLS 1.2 and 1.3, ECDHE with AEAD, no
// tickets, no renegotiation. A reload makes a new one for new connections; what does not load leaves the old one in
// use. Owned by the application, lives on the front thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/core/result.hpp"

namespace boost::asio::ssl {
class context;
}

namespace klassenraum::http {

struct PemPair {
    std::string certificate;  // leaf first, then the chain
    std::string key;
};

enum class TlsError : std::uint8_t { Unreadable, BadCertificate, BadKey, Mismatch, IncompleteChain };
enum class ChainRule : std::uint8_t { Complete, SelfSignedAllowed };

class TlsContext {
public:
    static Result<TlsContext, TlsError> create(const PemPair& pem, ChainRule rule);
    TlsContext(TlsContext&&) noexcept;
    TlsContext& operator=(TlsContext&&) noexcept;
    ~TlsContext();

    boost::asio::ssl::context& context() { return *context_; }

private:
    explicit TlsContext(std::unique_ptr<boost::asio::ssl::context> context);
    std::unique_ptr<boost::asio::ssl::context> context_;
};

Result<PemPair, TlsError> read_pem_files(const std::string& certificate_file, const std::string& key_file);

// For `serve --dev`: ECDSA P-256, valid for localhost, 127.0.0.1 and ::1 for 90 days.
PemPair make_self_signed();

}  // namespace klassenraum::http
