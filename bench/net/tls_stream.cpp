#include "bench/net/tls_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "bench/net/complaint.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

void TlsClientContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

TlsClientContext::TlsClientContext() : context_(SSL_CTX_new(TLS_client_method())) {
    if (context_ == nullptr) throw Complaint("OpenSSL gives no TLS client.", "OpenSSL gibt keinen TLS-Client her.");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    // Buffers are freed between records: a thousand idle signalling connections must not fill this machine's memory.
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}
TlsClientContext::~TlsClientContext() = default;

void TlsStream::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

TlsStream::TlsStream(const TlsClientContext& context, const Address& server, const std::string& host)
    : descriptor_(socket(server.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      ssl_(SSL_new(context.handle())) {
    if (descriptor_ < 0 || ssl_ == nullptr) {
        if (descriptor_ >= 0) close(descriptor_);
        throw Complaint("No more sockets. Next: raise the limit of open files (ulimit -n).",
                        "Keine weiteren Sockets. Als Nächstes: die Grenze offener Dateien heben (ulimit -n).");
    }
    const int yes = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    SSL_set_fd(ssl_.get(), descriptor_);
    // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
    std::string name = host;
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    SSL_set_connect_state(ssl_.get());
    sockaddr_storage storage{};
    const socklen_t length = to_sockaddr(server, storage);
    const int begun = connect(descriptor_, reinterpret_cast<const sockaddr*>(&storage), length);
    failed_ = begun < 0 && errno != EINPROGRESS;
}

TlsStream::~TlsStream() {
    if (descriptor_ >= 0) close(descriptor_);
}

void TlsStream::write(std::string_view octets) {
    out_.append(octets);
    if (open_) failed_ = failed_ || !write_all();
}

bool TlsStream::advance() {
    if (failed_) return false;
    failed_ = !(connect_done() && shake_hands() && (!open_ || (read_all() && write_all())));
    return !failed_;
}

bool TlsStream::connect_done() {
    if (connected_) return true;
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length);
    connected_ = error == 0;
    return connected_;
}

bool TlsStream::shake_hands() {
    if (open_) return true;
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) {
        open_ = true;
        handshake_writes_ = false;
        return true;
    }
    const int reason = SSL_get_error(ssl_.get(), done);
    // Before the connection stands, the kernel says ENOTCONN; the next event tries again.
    if (reason == SSL_ERROR_SYSCALL && errno == ENOTCONN) {
        connected_ = false;
        return true;
    }
    handshake_writes_ = reason == SSL_ERROR_WANT_WRITE;
    return handshake_writes_ || reason == SSL_ERROR_WANT_READ;
}

bool TlsStream::read_all() {
    std::array<char, 16 * 1024> octets;
    for (;;) {
        ERR_clear_error();
        const int count = SSL_read(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
        if (count > 0) {
            in_.append(octets.data(), static_cast<std::size_t>(count));
            continue;
        }
        const int reason = SSL_get_error(ssl_.get(), count);
        return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
    }
}

bool TlsStream::write_all() {
    std::size_t at = 0;
    while (at < out_.size()) {
        ERR_clear_error();
        const int count = SSL_write(ssl_.get(), out_.data() + at, static_cast<int>(out_.size() - at));
        if (count <= 0) {
            const int reason = SSL_get_error(ssl_.get(), count);
            if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return false;
            break;
        }
        at += static_cast<std::size_t>(count);
    }
    out_.erase(0, at);
    return true;
}

}  // namespace klassenraum::bench
