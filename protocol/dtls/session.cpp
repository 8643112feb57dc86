#include "protocol/dtls/session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/core/assert.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/dtls/limits.hpp"
#include "protocol/dtls/record.hpp"

namespace klassenraum::dtls {

namespace {

// OpenSSL's own timer never runs out: ours does its work (flight.hpp).
unsigned int never(SSL*, unsigned int) {
    return 1800U * 1000000;
}

// Whole records only, and none in the clear that would cost too much.
bool is_acceptable(ByteView datagram) {
    ByteReader in(datagram);
    do {
        const auto record = read_record(in);
        if (!record) return false;
        if (record->epoch == 0 && record->type == ContentType::Handshake && !is_acceptable_handshake(record->body)) {
            return false;
        }
    } while (in.remaining() > 0);
    return true;
}

}  // namespace

Session::Session(const ServerContext& context, Instant now)
    : ssl_(SSL_new(context.handle())), give_up_at_(now + kHandshakeTimeout), interval_(kFirstRetransmission) {
    ASSERT(ssl_ != nullptr);
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    ASSERT(in != nullptr && out != nullptr);
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_.get(), in, out);
    SSL_set_accept_state(ssl_.get());
    SSL_set_mtu(ssl_.get(), static_cast<long>(kMaxDatagram));
    DTLS_set_timer_cb(ssl_.get(), never);
}

Session::~Session() {
    crypto::wipe(srtp_keys_);
}
void Session::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

DropReason Session::receive(
    ByteView datagram, const Address& to, Instant now, DatagramSink& sink, ApplicationData& application_data) {
    if (state_ == State::Closed || state_ == State::Failed) return DropReason::DtlsMalformed;
    if (state_ == State::Handshaking && ++datagrams_ > kMaxHandshakeDatagrams) {
        state_ = State::Failed;
        return DropReason::DtlsMalformed;
    }
    if (!is_acceptable(datagram)) return DropReason::DtlsMalformed;
    if (state_ == State::Established) {
        receive_protected(datagram, to, sink, application_data);
        return DropReason::None;
    }
    feed(datagram);
    const bool waiting = flight_.empty();
    handshake();
    if (state_ == State::Established) read(application_data);
    flush(to, sink);
    if (state_ != State::Handshaking) {
        send_again_at_.reset();
        take_over();
        return DropReason::None;
    }
    // What was not a record that OpenSSL could use does not stand before the next datagram.
    (void)BIO_reset(SSL_get_rbio(ssl_.get()));
    if (waiting && !flight_.empty()) send_again_at_ = now + interval_;
    return DropReason::None;
}

void Session::feed(ByteView datagram) {
    ByteReader in(datagram);
    while (in.remaining() > 0) {
        const ByteView record = read_record(in)->whole;
        BIO_write(SSL_get_rbio(ssl_.get()), record.data(), static_cast<int>(record.size()));
    }
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
    const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_.get());
    constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
    const bool usable = certificate != nullptr && profile != nullptr && SSL_get_extms_support(ssl_.get()) == 1 &&
                        SSL_export_keying_material(ssl_.get(), srtp_keys_.data(), srtp_keys_.size(), kLabel.data(),
                                                   kLabel.size(), nullptr, 0, 0) == 1;
    if (!usable) {
        SSL_shutdown(ssl_.get());
        state_ = State::Failed;
        return;
    }
    srtp_profile_ = static_cast<std::uint16_t>(profile->id);
    std::uint8_t* der = nullptr;
    const int length = i2d_X509(certificate, &der);
    if (length > 0) peer_certificate_.assign(der, der + length);
    OPENSSL_free(der);
    state_ = State::Established;
}

// What came along with the peer's Finished.
void Session::read(ApplicationData& application_data) {
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
    const MutableBytes written(octets, static_cast<std::size_t>(length));
    flight_.send(written, to, sink);
    if (state_ != State::Handshaking) {
        flight_.clear();
        last_flight_.assign(written.begin(), written.end());
    }
    (void)BIO_reset(out);
}

void Session::take_over() {
    if (state_ == State::Established) {
        protection_ = Protection::take_over(ssl_.get(), last_flight_);
        if (!protection_) state_ = State::Failed;
    }
    ssl_.reset();
}

void Session::receive_protected(ByteView datagram,
                                const Address& to,
                                DatagramSink& sink,
                                ApplicationData& application_data) {
    constexpr std::uint8_t kFatal = 2;
    constexpr std::uint8_t kCloseNotify = 0;
    ByteReader in(datagram);
    while (in.remaining() > 0 && state_ == State::Established) {
        const auto record = read_record(in);
        // D1: once keys are agreed, what comes in the clear (an alert above all) can be anybody's.
        auto content = protection_->open(*record);
        if (!content) continue;
        switch (record->type) {
            case ContentType::ApplicationData:
                if (!content->empty()) application_data.push_back(std::move(*content));
                break;
            case ContentType::Alert:
                if (content->size() == 2 && ((*content)[0] == kFatal || (*content)[1] == kCloseNotify))
                    state_ = State::Closed;
                break;
            case ContentType::Handshake:
                // RFC 6347 §4.2.4: the peer's Finished once more, so ours was lost.
                flight_.send(last_flight_, to, sink);
                break;
            case ContentType::ChangeCipherSpec:
                break;
        }
    }
}

void Session::send_protected(ContentType type, ByteView content, const Address& to, DatagramSink& sink) {
    const std::size_t length = protection_->seal(type, content, sink.acquire());
    if (length > 0) sink.commit(to, length);
}

void Session::send(ByteView application_data, const Address& to, DatagramSink& sink) {
    if (state_ != State::Established || application_data.empty()) return;
    send_protected(ContentType::ApplicationData, application_data, to, sink);
}

void Session::close(const Address& to, DatagramSink& sink) {
    if (state_ != State::Established) return;
    constexpr std::array<std::uint8_t, 2> kCloseNotify{1, 0};
    send_protected(ContentType::Alert, kCloseNotify, to, sink);
    state_ = State::Closed;
}

bool Session::peer_matches(const std::vector<Fingerprint>& fingerprints) const {
    return !peer_certificate_.empty() && matches_any(peer_certificate_, fingerprints);
}

bool Session::export_srtp_keys(MutableBytes out) const {
    if (state_ != State::Established || out.size() > srtp_keys_.size()) return false;
    std::copy_n(srtp_keys_.begin(), out.size(), out.begin());
    return true;
}

void Session::expire(const Address* to, Instant now, DatagramSink& sink) {
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
    if (state_ != State::Handshaking) return std::nullopt;
    return send_again_at_ ? std::min(*send_again_at_, give_up_at_) : give_up_at_;
}

}  // namespace klassenraum::dtls
