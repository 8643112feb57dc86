#include "bench/participant/peer.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <charconv>

#include "bench/participant/limits.hpp"
#include "protocol/core/assert.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/fingerprint_text.hpp"
#include "protocol/dtls/record.hpp"
#include "protocol/stun/writer.hpp"
#include "protocol/transport/demux.hpp"

namespace klassenraum::bench {

namespace {

unsigned int handshake_timer(SSL*, unsigned int last_us) {
    constexpr auto kFirst = static_cast<unsigned>(kFirstHandshakeTimer / 1us);
    constexpr auto kLast = static_cast<unsigned>(kLastHandshakeTimer / 1us);
    return last_us == 0 ? kFirst : std::min(last_us * 2, kLast);
}

// Dotted IPv4; the simulation and the load tester speak nothing else.
std::optional<Address> parse_address(const Candidate& candidate) {
    std::array<std::uint8_t, 4> octets{};
    const char* at = candidate.ip.data();
    const char* end = at + candidate.ip.size();
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const auto [next, error] = std::from_chars(at, end, octets[i]);
        if (error != std::errc() || (i < 3 ? next == end || *next != '.' : next != end)) return std::nullopt;
        at = next + 1;
    }
    return Address::v4(octets, candidate.port);
}

}  // namespace

void PeerContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

PeerContext::PeerContext(const char* srtp_profiles, srtp::Implementation implementation)
    : identity_(crypto::Identity::create()),
      context_(SSL_CTX_new(DTLS_client_method())),
      implementation_(implementation) {
    ASSERT(context_ != nullptr);
    SSL_CTX_set_options(context_.get(), SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(context_.get(), "ECDHE-ECDSA-AES128-GCM-SHA256");
    constexpr const char* kOfChromium = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";
    SSL_CTX_set_tlsext_use_srtp(context_.get(), srtp_profiles == nullptr ? kOfChromium : srtp_profiles);
    SSL_CTX_use_certificate(context_.get(), identity_.certificate());
    SSL_CTX_use_PrivateKey(context_.get(), identity_.key());
    // A browser's ClientHello holds a post-quantum key share and comes in two fragments; a list of protocols that
    // nobody asked for makes ours as long.
    std::vector<std::uint8_t> protocols;
    for (int i = 0; i < 6; ++i) {
        protocols.push_back(200);
        protocols.insert(protocols.end(), 200, 'x');
    }
    SSL_CTX_set_alpn_protos(context_.get(), protocols.data(), static_cast<unsigned>(protocols.size()));
}
PeerContext::~PeerContext() = default;

void Peer::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

Peer::Peer(const PeerContext& context, const Offer& offer, Entropy& entropy, Instant now)
    : entropy_(entropy),
      context_(context),
      ufrag_(offer.own_ufrag.empty() ? entropy.token(4) : offer.own_ufrag),
      password_(offer.own_password.empty() ? entropy.token(24) : offer.own_password),
      remote_ufrag_(offer.ufrag),
      remote_password_(offer.password),
      remote_fingerprint_(offer.fingerprint),
      tie_breaker_(entropy.u64()),
      check_at_(now),
      last_answer_(now),
      controlling_(offer.controlling),
      ssl_(SSL_new(context.handle())) {
    for (const Candidate& candidate : offer.candidates) {
        if (const auto address = parse_address(candidate)) candidates_.push_back(*address);
    }
    ASSERT(ssl_ != nullptr);
    BIO* in = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_.get(), in, BIO_new(BIO_s_mem()));
    SSL_set_mtu(ssl_.get(), static_cast<long>(kMaxDtlsDatagram));
    DTLS_set_timer_cb(ssl_.get(), handshake_timer);
    SSL_set_connect_state(ssl_.get());
}
Peer::~Peer() = default;

// --- ICE ---

void Peer::send_check(Instant now, Uplink& out) {
    check_at_ = now + (answered_ ? kStableInterval : kCheckInterval);
    if (candidates_.empty()) return;
    // Until one has answered, each in turn.
    if (!answered_) selected_ = (selected_ + 1) % candidates_.size();
    entropy_.fill(check_);
    std::array<std::uint8_t, stun::kMaxMessage> octets;
    stun::Writer writer(octets, stun::Class::Request, stun::Method::Binding, check_);
    writer.username(remote_ufrag_ + ":" + ufrag_).priority(0x6e0001ff);
    if (controlling_) {
        writer.ice_controlling(tie_breaker_).use_candidate();
    } else {
        writer.ice_controlled(tie_breaker_);
    }
    if (const auto size = writer.finish(as_bytes(remote_password_))) {
        out.send(candidates_[selected_], ByteView(octets).first(*size));
    }
}

void Peer::receive_stun(ByteView datagram, const Address& from, Instant now, Uplink& out) {
    const auto message = stun::parse(datagram);
    if (!message) return;
    if (message->is(stun::Class::Request, stun::Method::Binding)) {
        if (!stun::verify_integrity(*message, as_bytes(password_))) return;
        std::array<std::uint8_t, stun::kMaxMessage> octets;
        stun::Writer writer(octets, stun::Class::Success, stun::Method::Binding, message->transaction);
        writer.xor_mapped_address(from);
        if (const auto size = writer.finish(as_bytes(password_))) out.send(from, ByteView(octets).first(*size));
        return;
    }
    if (message->message_class != stun::Class::Success) return;
    if (!stun::verify_integrity(*message, as_bytes(remote_password_))) return;
    const auto found = std::ranges::find(candidates_, from);
    if (found == candidates_.end()) return;
    selected_ = static_cast<std::size_t>(found - candidates_.begin());
    if (!answered_) check_at_ = now + kStableInterval;
    answered_ = true;
    last_answer_ = now;
    if (!started_) handshake(now, out);
}

// --- DTLS ---

void Peer::receive_dtls(ByteView datagram, Instant now, Uplink& out) {
    if (failed_ || !started_) return;
    BIO_write(SSL_get_rbio(ssl_.get()), datagram.data(), static_cast<int>(datagram.size()));
    handshake(now, out);
}

void Peer::handshake(Instant now, Uplink& out) {
    started_ = true;
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get()) == 0) SSL_do_handshake(ssl_.get());
    std::array<std::uint8_t, 2048> ignored;  // data channels are not for this client
    while (SSL_is_init_finished(ssl_.get()) == 1 &&
           SSL_read(ssl_.get(), ignored.data(), static_cast<int>(ignored.size())) > 0) {
    }
    flush(out);
    set_handshake_timer(now);
    if (SSL_is_init_finished(ssl_.get()) == 0) return;
    if (srtp_ != nullptr || failed_) return;
    const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_.get());
    if (chosen == nullptr || !fingerprint_matches()) {
        failed_ = true;
        return;
    }
    const auto profile = static_cast<srtp::Profile>(chosen->id);
    std::vector<std::uint8_t> keys(srtp::keying_material_size(profile));
    constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
    SSL_export_keying_material(ssl_.get(), keys.data(), keys.size(), kLabel.data(), kLabel.size(), nullptr, 0, 0);
    srtp_ = srtp::Context::create_client(profile, keys, context_.srtp_implementation());
}

bool Peer::fingerprint_matches() const {
    X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    std::uint8_t* der = nullptr;
    const int length = certificate == nullptr ? 0 : i2d_X509(certificate, &der);
    if (length <= 0) return false;
    const auto digest = crypto::sha256({der, static_cast<std::size_t>(length)});
    OPENSSL_free(der);
    return crypto::fingerprint_text(digest) == remote_fingerprint_;
}

void Peer::set_handshake_timer(Instant now) {
    timeval left{};
    handshake_at_.reset();
    if (DTLSv1_get_timeout(ssl_.get(), &left) != 1) return;
    handshake_at_ = now + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

// One datagram per record, so that a loss can hit any fragment.
void Peer::flush(Uplink& out) {
    BIO* bio = SSL_get_wbio(ssl_.get());
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    if (length <= 0 || candidates_.empty()) return;
    ByteReader in({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(length)});
    while (in.remaining() > 0) {
        const auto record = dtls::read_record(in);
        if (!record) break;
        out.send(candidates_[selected_], record->whole);
    }
    (void)BIO_reset(bio);
}

// --- media ---

Peer::Received Peer::receive(MutableBytes datagram, const Address& from, Instant now, Uplink& out) {
    switch (transport::classify(datagram)) {
        case transport::Kind::Stun:
            receive_stun(datagram, from, now, out);
            return {};
        case transport::Kind::Dtls:
            receive_dtls(datagram, now, out);
            return {};
        case transport::Kind::Rtp:
            if (srtp_ == nullptr) return {};
            if (const auto clear = srtp_->unprotect_rtp(datagram)) return {Kind::Rtp, *clear};
            return {};
        case transport::Kind::Rtcp:
            if (srtp_ == nullptr) return {};
            if (const auto clear = srtp_->unprotect_rtcp(datagram)) return {Kind::Rtcp, *clear};
            return {};
        case transport::Kind::Unknown:
            break;
    }
    return {};
}

bool Peer::send_rtp(MutableBytes slot, std::size_t length, Uplink& out) {
    if (srtp_ == nullptr) return false;
    const auto size = srtp_->protect_rtp(slot, length);
    if (size) out.send(candidates_[selected_], slot.first(*size));
    return size.has_value();
}

bool Peer::send_rtcp(MutableBytes slot, std::size_t length, Uplink& out) {
    if (srtp_ == nullptr) return false;
    const auto size = srtp_->protect_rtcp(slot, length);
    if (size) out.send(candidates_[selected_], slot.first(*size));
    return size.has_value();
}

void Peer::expire(Instant now, Uplink& out) {
    if (now >= check_at_) send_check(now, out);
    if (!handshake_at_ || now < *handshake_at_) return;
    ERR_clear_error();
    // Below zero: nobody has answered for so long that it is given up.
    if (DTLSv1_handle_timeout(ssl_.get()) < 0) return handshake_at_.reset();
    flush(out);
    set_handshake_timer(now);
}

std::optional<Instant> Peer::deadline() const {
    return handshake_at_ ? std::min(check_at_, *handshake_at_) : check_at_;
}

}  // namespace klassenraum::bench
