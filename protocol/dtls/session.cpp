#include "protocol/dtls/session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "protocol/core/assert.hpp"
#include "protocol/dtls/limits.hpp"
#include "protocol/dtls/record.hpp"

namespace klassenraum::dtls {

namespace {

// OpenSSL's own timer never runs out: ours does its work (flight.hpp).
unsigned int never(SSL*, unsigned int) {
    return 1800U * 1000000;
}

}  // namespace

Session::Session(const ServerContext& context, Instant now)
    : ssl_(SSL_new(context.handle())),
      give_up_at_(now + kHandshakeTimeout),
      interval_(kFirstRetransmission),
      data_patience_(kDataPatience) {
    ASSERT(ssl_ != nullptr);
    set_empty_bios();
    SSL_set_accept_state(ssl_.get());
    SSL_set_mtu(ssl_.get(), static_cast<long>(kMaxDatagram));
    DTLS_set_timer_cb(ssl_.get(), never);
}

void Session::set_empty_bios() {
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    ASSERT(in != nullptr && out != nullptr);
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_.get(), in, out);
}

// Most sessions never carry anything behind the handshake: the 40 KB that it needed go back between datagrams.
void Session::wake() {
    if (state_ == State::Established) ASSERT(SSL_alloc_buffers(ssl_.get()) == 1);  // writing does not make its own
}

void Session::rest() {
    if (state_ != State::Established) return;
    SSL_free_buffers(ssl_.get());
    set_empty_bios();
}

Session::~Session() = default;
void Session::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

DropReason Session::receive(ByteView datagram,
                            const Address& to,
                            Instant now,
                            DatagramSink& sink,
                            std::vector<std::vector<std::uint8_t>>& application_data) {
    if (state_ == State::Closed || state_ == State::Failed) return DropReason::DtlsMalformed;
    if (state_ == State::Handshaking && ++datagrams_ > kMaxHandshakeDatagrams) {
        state_ = State::Failed;
        return DropReason::DtlsMalformed;
    }
    if (ssl_ == nullptr) {
        listen(datagram);
        return DropReason::None;
    }
    wake();
    if (!feed(datagram)) return DropReason::DtlsMalformed;
    const bool waiting = flight_.empty();
    if (state_ == State::Handshaking) {
        handshake();
        if (state_ == State::Established) retire_at_ = now + data_patience_;
    }
    const std::size_t before = application_data.size();
    if (state_ == State::Established) read(application_data);
    if (application_data.size() != before) retire_at_.reset();
    flush(to, sink);
    // What was not a record that OpenSSL could use does not stand before the next datagram.
    (void)BIO_reset(SSL_get_rbio(ssl_.get()));
    rest();
    if (state_ == State::Handshaking && waiting && !flight_.empty()) send_again_at_ = now + interval_;
    if (state_ != State::Handshaking) send_again_at_.reset();
    return DropReason::None;
}

// Hands the records to OpenSSL that may matter. False, and nothing handed over, when the datagram is malformed.
bool Session::feed(ByteView datagram) {
    ByteReader check(datagram);
    do {
        const auto record = read_record(check);
        if (!record) return false;
        if (record->epoch == 0 && record->type == ContentType::Handshake && !is_acceptable_handshake(record->body)) {
            return false;
        }
    } while (check.remaining() > 0);

    ByteReader in(datagram);
    while (in.remaining() > 0) {
        const auto record = read_record(in);
        // D1: once keys are agreed, what comes in the clear (an alert above all) can be anybody's.
        if (state_ == State::Established && record->epoch == 0) continue;
        BIO_write(SSL_get_rbio(ssl_.get()), record->whole.data(), static_cast<int>(record->whole.size()));
    }
    return true;
}

void Session::handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        established();
        return;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) state_ = State::Failed;
    ERR_clear_error();
}

// D5: without a common SRTP profile or the extended master secret (RFC 7627) the association is of no use.
void Session::established() {
    flight_.clear();
    X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    const bool usable = certificate != nullptr && SSL_get_selected_srtp_profile(ssl_.get()) != nullptr &&
                        SSL_get_extms_support(ssl_.get()) == 1;
    if (!usable) {
        SSL_shutdown(ssl_.get());
        state_ = State::Failed;
        return;
    }
    std::uint8_t* der = nullptr;
    const int length = i2d_X509(certificate, &der);
    if (length > 0) peer_certificate_.assign(der, der + length);
    OPENSSL_free(der);
    state_ = State::Established;
}

void Session::read(std::vector<std::vector<std::uint8_t>>& application_data) {
    std::array<std::uint8_t, 1U << 14> buffer;
    for (;;) {
        ERR_clear_error();
        const int result = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
        if (result > 0) {
            application_data.emplace_back(buffer.begin(), buffer.begin() + result);
            continue;
        }
        const int error = SSL_get_error(ssl_.get(), result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) state_ = State::Closed;
        ERR_clear_error();
        return;
    }
}

void Session::flush(const Address& to, DatagramSink& sink) {
    BIO* out = SSL_get_wbio(ssl_.get());
    char* data = nullptr;
    const long length = BIO_get_mem_data(out, &data);
    if (length <= 0) return;
    auto* octets = reinterpret_cast<std::uint8_t*>(data);
    flight_.send({octets, static_cast<std::size_t>(length)}, to, sink);
    (void)BIO_reset(out);
    if (state_ != State::Handshaking) flight_.clear();
}

void Session::send(ByteView application_data, const Address& to, DatagramSink& sink) {
    if (state_ != State::Established || application_data.empty()) return;
    if (application_data.size() > kDatagramCapacity || ssl_ == nullptr) return;
    retire_at_.reset();
    wake();
    ERR_clear_error();
    SSL_write(ssl_.get(), application_data.data(), static_cast<int>(application_data.size()));
    ERR_clear_error();
    flush(to, sink);
    rest();
}

void Session::close(const Address& to, DatagramSink& sink) {
    if (state_ != State::Established) return;
    if (ssl_ != nullptr) {
        wake();
        SSL_shutdown(ssl_.get());
        flush(to, sink);
    } else if (!farewell_.empty()) {
        sink.send(to, farewell_);
    }
    state_ = State::Closed;
}

void Session::expect_no_data(Instant now) {
    data_patience_ = kShortDataPatience;
    if (retire_at_) retire_at_ = std::min<Instant>(*retire_at_, now + data_patience_);
}

void Session::retire() {
    wake();
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    char* data = nullptr;
    const long length = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &data);
    if (length > 0) farewell_.assign(data, data + length);
    ssl_.reset();
    flight_ = {};
    peer_certificate_ = std::vector<std::uint8_t>();
}

void Session::listen(ByteView datagram) {
    ByteReader in(datagram);
    while (in.remaining() > 0) {
        const auto record = read_record(in);
        if (!record) return;
        // D1: in the clear it would not have counted before either.
        if (record->epoch != 0 && record->type == ContentType::Alert) farewell_heard_ = true;
    }
}

bool Session::peer_matches(const std::vector<Fingerprint>& fingerprints) const {
    return !peer_certificate_.empty() && matches_any(peer_certificate_, fingerprints);
}

std::uint16_t Session::srtp_profile() const {
    const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_.get());
    return profile == nullptr ? std::uint16_t{0} : static_cast<std::uint16_t>(profile->id);
}

bool Session::export_srtp_keys(MutableBytes out) const {
    constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
    return SSL_export_keying_material(ssl_.get(), out.data(), out.size(), kLabel.data(), kLabel.size(), nullptr, 0,
                                      0) == 1;
}

void Session::expire(const Address* to, Instant now, DatagramSink& sink) {
    if (retire_at_ && now >= *retire_at_) {
        retire_at_.reset();
        if (state_ == State::Established && keys_in_use_) retire();
        if (state_ == State::Established && ssl_ != nullptr) retire_at_ = now + data_patience_;
    }
    if (state_ != State::Handshaking) return;
    if (now >= give_up_at_) {
        state_ = State::Failed;
        send_again_at_.reset();
        return;
    }
    if (!send_again_at_ || now < *send_again_at_) return;
    interval_ = std::min<Duration>(interval_ * 2, kLastRetransmission);
    send_again_at_ = now + interval_;
    if (to != nullptr) flight_.send_again(*to, sink);
}

std::optional<Instant> Session::deadline() const {
    if (state_ == State::Established) return retire_at_;
    if (state_ != State::Handshaking) return std::nullopt;
    return send_again_at_ ? std::min(*send_again_at_, give_up_at_) : give_up_at_;
}

}  // namespace klassenraum::dtls
