// A TLS client connection on a socket that never blocks: connects, shakes hands, and moves octets when the caller's
// epoll says that it can. Certificates are not checked: a bench measures servers with certificates of their own making.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/core/address.hpp"

struct ssl_st;  // OpenSSL
struct ssl_ctx_st;

namespace klassenraum::bench {

class TlsClientContext {
public:
    TlsClientContext();
    ~TlsClientContext();
    ssl_ctx_st* handle() const { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

class TlsStream {
public:
    // Begins at once; `host` goes into the handshake.
    TlsStream(const TlsClientContext& context, const Address& server, const std::string& host);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    int descriptor() const { return descriptor_; }
    // The socket is ready for something: does all that can be done now. False: the connection is over.
    bool advance();
    void write(std::string_view octets);
    bool is_open() const { return open_; }
    bool wants_to_write() const { return !connected_ || handshake_writes_ || !out_.empty(); }
    // What was read and not yet taken.
    std::string take() { return std::exchange(in_, {}); }
    bool had_error() const { return failed_; }

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    bool connect_done();
    bool shake_hands();
    bool read_all();
    bool write_all();

    int descriptor_ = -1;
    std::unique_ptr<ssl_st, Free> ssl_;
    std::string in_;
    std::string out_;
    bool connected_ = false;
    bool open_ = false;
    bool handshake_writes_ = false;
    bool failed_ = false;
};

}  // namespace klassenraum::bench
