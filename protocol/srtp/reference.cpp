#include "protocol/srtp/reference.hpp"

#include <openssl/crypto.h>
#include <srtp2/srtp.h>

#include <array>

#include "protocol/srtp/replay_window.hpp"

namespace klassenraum::srtp {
namespace {

// libsrtp2 keeps its table of algorithms for the whole process; C++ makes the first call of any thread do it once.
bool library_ready() {
    static const bool ready = srtp_init() == srtp_err_status_ok;
    return ready;
}

DropReason reason_of(srtp_err_status_t status, DropReason malformed) {
    switch (status) {
        case srtp_err_status_ok:
            return DropReason::None;
        case srtp_err_status_replay_fail:
        case srtp_err_status_replay_old:
            return DropReason::SrtpReplay;
        case srtp_err_status_parse_err:
        case srtp_err_status_bad_param:
            return malformed;
        default:
            return DropReason::SrtpAuthentication;
    }
}

}  // namespace

std::unique_ptr<Reference> Reference::create(Profile profile, bool outbound, ByteView key, ByteView salt) {
    if (!library_ready()) return nullptr;
    srtp_policy_t policy{};
    if (profile == Profile::AeadAes128Gcm) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    std::array<std::uint8_t, 30> master{};
    ByteWriter out(master);
    out.bytes(key);
    out.bytes(salt);
    policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = master.data();
    policy.window_size = ReplayWindow::kSize;
    policy.allow_repeat_tx = 1;  // a plain retransmission is the same packet again
    srtp_t session = nullptr;
    const srtp_err_status_t status = srtp_create(&session, &policy);
    OPENSSL_cleanse(master.data(), master.size());
    return std::unique_ptr<Reference>(status == srtp_err_status_ok ? new Reference(session) : nullptr);
}

void Reference::Free::operator()(srtp_ctx_t_* session) const {
    srtp_dealloc(session);
}

DropReason Reference::unprotect_rtp(MutableBytes packet, std::size_t& length) {
    int size = static_cast<int>(packet.size());
    const srtp_err_status_t status = srtp_unprotect(session_.get(), packet.data(), &size);
    length = static_cast<std::size_t>(size);
    return reason_of(status, DropReason::RtpMalformed);
}

DropReason Reference::unprotect_rtcp(MutableBytes packet, std::size_t& length) {
    int size = static_cast<int>(packet.size());
    const srtp_err_status_t status = srtp_unprotect_rtcp(session_.get(), packet.data(), &size);
    length = static_cast<std::size_t>(size);
    return reason_of(status, DropReason::RtcpMalformed);
}

std::optional<std::size_t> Reference::protect_rtp(MutableBytes slot, std::size_t length) {
    int size = static_cast<int>(length);
    if (srtp_protect(session_.get(), slot.data(), &size) != srtp_err_status_ok) return std::nullopt;
    return static_cast<std::size_t>(size);
}

std::optional<std::size_t> Reference::protect_rtcp(MutableBytes slot, std::size_t length) {
    int size = static_cast<int>(length);
    if (srtp_protect_rtcp(session_.get(), slot.data(), &size) != srtp_err_status_ok) return std::nullopt;
    return static_cast<std::size_t>(size);
}

}  // namespace klassenraum::srtp
