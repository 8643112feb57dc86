#include "server/http/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <new>

namespace klassenraum::http {
namespace {

// OpenSSL's own socket BIO would raise SIGPIPE.
int descriptor_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool would_block() {
    return errno == EAGAIN || errno == EINTR;
}

int write_bio(BIO* bio, const char* octets, int length) {
    BIO_clear_retry_flags(bio);
    const ssize_t count = send(descriptor_of(bio), octets, static_cast<std::size_t>(length), MSG_NOSIGNAL);
    if (count < 0 && would_block()) BIO_set_retry_write(bio);
    return static_cast<int>(count);
}

int read_bio(BIO* bio, char* octets, int length) {
    BIO_clear_retry_flags(bio);
    const ssize_t count = recv(descriptor_of(bio), octets, static_cast<std::size_t>(length), 0);
    if (count < 0 && would_block()) BIO_set_retry_read(bio);
    return static_cast<int>(count);
}

long control_bio(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(method, write_bio);
    BIO_meth_set_read(method, read_bio);
    BIO_meth_set_ctrl(method, control_bio);
    return method;
}

BIO* make_bio(int descriptor) {
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace

TlsStream::TlsStream(next_layer_type socket, ssl_ctx_st* context) : socket_(std::move(socket)), tls_(SSL_new(context)) {
    if (!tls_) throw std::bad_alloc();
    Error ignored;
    socket_.non_blocking(true, ignored);
    BIO* bio = make_bio(socket_.native_handle());
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_accept_state(tls_.get());
    SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_read_ahead(tls_.get(), 1);
}

TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;
void TlsStream::Free::operator()(ssl_st* tls) const {
    SSL_free(tls);
}

TlsStream::Step TlsStream::handshake() {
    if (!socket_.is_open()) return {.error = boost::asio::error::operation_aborted};
    ERR_clear_error();
    return conclude(SSL_do_handshake(tls_.get()));
}

TlsStream::Step TlsStream::shutdown() {
    if (!socket_.is_open()) return {.error = boost::asio::error::operation_aborted};
    ERR_clear_error();
    int result = SSL_shutdown(tls_.get());
    if (result == 0) result = SSL_shutdown(tls_.get());  // said; the peer's is still to come
    return conclude(result);
}

TlsStream::Step TlsStream::read(const boost::asio::mutable_buffer& buffer) {
    if (!socket_.is_open()) return {.error = boost::asio::error::operation_aborted};
    if (buffer.size() == 0) return {};
    ERR_clear_error();
    return conclude(
        SSL_read(tls_.get(), buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), kRecord))));
}

TlsStream::Step TlsStream::write(const boost::asio::const_buffer& buffer) {
    if (!socket_.is_open()) return {.error = boost::asio::error::operation_aborted};
    if (buffer.size() == 0) return {};
    ERR_clear_error();
    return conclude(
        SSL_write(tls_.get(), buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), kRecord))));
}

TlsStream::Step TlsStream::conclude(int result) {
    if (result > 0) return {.count = static_cast<std::size_t>(result)};
    const int reason = errno;
    Step step;
    switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            step.wants = Wants::Input;
            break;
        case SSL_ERROR_WANT_WRITE:
            step.wants = Wants::Room;
            break;
        case SSL_ERROR_ZERO_RETURN:
            step.error = boost::asio::error::eof;
            break;
        case SSL_ERROR_SYSCALL:
            step.error = result < 0 && reason != 0 ? Error(reason, boost::system::system_category())
                                                   : Error(boost::asio::ssl::error::stream_truncated);
            break;
        default:
            step.error = Error(static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category());
    }
    ERR_clear_error();
    return step;
}

}  // namespace klassenraum::http
