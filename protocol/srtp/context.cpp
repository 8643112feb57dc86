#include "protocol/srtp/context.hpp"

#include <openssl/crypto.h>
#include <srtp2/srtp.h>

#include <algorithm>

#include "protocol/core/assert.hpp"

namespace klassenraum::srtp {

namespace {

constexpr std::size_t kKeySize = 16;
constexpr std::size_t kRtpHeader = 12;
constexpr std::size_t kRtcpHeader = 8;
constexpr std::size_t kRtcpIndex = 4;  // E flag and SRTCP index

std::size_t salt_size(Profile profile) {
    return profile == Profile::AeadAes128Gcm ? 12 : 14;
}
std::size_t tag_size(Profile profile) {
    return profile == Profile::AeadAes128Gcm ? 16 : 10;
}

// libsrtp2 keeps its table of algorithms for the whole process; C++ makes the first call of any thread do it once.
bool library_ready() {
    static const bool ready = srtp_init() == srtp_err_status_ok;
    return ready;
}

// RFC 3550 §5.1: the length of an RTP header whose CSRC list and extension lie inside the packet, before the tag.
std::optional<std::size_t> rtp_header(ByteView packet, std::size_t tag) {
    ByteReader in(packet);
    const std::uint8_t first = in.u8();
    in.skip(kRtpHeader - 1 + std::size_t{4} * (first & 0x0f));
    if ((first & 0x10) != 0) {
        in.skip(2);
        in.skip(std::size_t{4} * in.u16());
    }
    const std::size_t header = in.position();
    in.skip(tag);
    if (!in.ok() || first >> 6 != 2) return std::nullopt;
    return header;
}

bool is_rtcp(ByteView packet, std::size_t trailer) {
    return packet.size() >= kRtcpHeader + trailer && packet[0] >> 6 == 2;
}

std::uint32_t ssrc_at(ByteView packet, std::size_t offset) {
    return ByteReader(packet.subspan(offset, 4)).u32();
}

bool has_room(const std::vector<std::uint32_t>& ssrcs, std::uint32_t ssrc) {
    return ssrcs.size() < ssrcs.capacity() || std::binary_search(ssrcs.begin(), ssrcs.end(), ssrc);
}

void remember(std::vector<std::uint32_t>& ssrcs, std::uint32_t ssrc) {
    const auto at = std::lower_bound(ssrcs.begin(), ssrcs.end(), ssrc);
    if (at == ssrcs.end() || *at != ssrc) ssrcs.insert(at, ssrc);
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

std::size_t keying_material_size(Profile profile) {
    return 2 * (kKeySize + salt_size(profile));
}

std::unique_ptr<Context> Context::create_server(Profile profile, ByteView keying_material) {
    return create(profile, keying_material, true);
}

std::unique_ptr<Context> Context::create_client(Profile profile, ByteView keying_material) {
    return create(profile, keying_material, false);
}

std::unique_ptr<Context> Context::create(Profile profile, ByteView keying_material, bool server) {
    ByteReader in(keying_material);
    const ByteView client_key = in.bytes(kKeySize);
    const ByteView server_key = in.bytes(kKeySize);
    const ByteView client_salt = in.bytes(salt_size(profile));
    const ByteView server_salt = in.bytes(salt_size(profile));
    if (!in.ok() || in.remaining() > 0) return nullptr;
    std::unique_ptr<Context> context(new Context(profile));
    const ByteView in_key = server ? client_key : server_key;
    const ByteView in_salt = server ? client_salt : server_salt;
    const ByteView out_key = server ? server_key : client_key;
    const ByteView out_salt = server ? server_salt : client_salt;
    if (server && profile == Profile::AeadAes128Gcm) {
        context->gcm_inbound_ = Gcm::create(in_key, in_salt, kMaxInboundSsrcs);
        context->gcm_outbound_ = Gcm::create(out_key, out_salt, kMaxOutboundSsrcs);
        return context->gcm_inbound_ && context->gcm_outbound_ ? std::move(context) : nullptr;
    }
    context->inbound_ = create_session(profile, false, in_key, in_salt);
    context->outbound_ = create_session(profile, true, out_key, out_salt);
    return context->inbound_ && context->outbound_ ? std::move(context) : nullptr;
}

Context::Session Context::create_session(Profile profile, bool outbound, ByteView key, ByteView salt) {
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
    policy.window_size = kReplayWindow;
    policy.allow_repeat_tx = 1;  // a plain retransmission is the same packet again
    srtp_t session = nullptr;
    const srtp_err_status_t status = srtp_create(&session, &policy);
    OPENSSL_cleanse(master.data(), master.size());
    return Session(status == srtp_err_status_ok ? session : nullptr);
}

Context::Context(Profile profile) : profile_(profile) {
    inbound_ssrcs_.reserve(kMaxInboundSsrcs);
    outbound_ssrcs_.reserve(kMaxOutboundSsrcs);
}

Context::~Context() = default;

void Context::Free::operator()(srtp_ctx_t_* session) const {
    srtp_dealloc(session);
}

Result<MutableBytes, DropReason> Context::unprotect_rtp(MutableBytes packet) {
    const auto header = rtp_header(packet, tag_size(profile_));
    if (!header) return failure(DropReason::RtpMalformed);
    const std::uint32_t ssrc = ssrc_at(packet, 8);
    if (!has_room(inbound_ssrcs_, ssrc)) return failure(DropReason::UnknownSource);
    std::size_t length = 0;
    const DropReason reason = unprotect_rtp(packet, *header, length);
    if (reason != DropReason::None) return failure(reason);
    remember(inbound_ssrcs_, ssrc);
    return packet.first(length);
}

DropReason Context::unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length) {
    if (gcm_inbound_) return gcm_inbound_->unprotect_rtp(packet, header, length);
    int size = static_cast<int>(packet.size());
    const srtp_err_status_t status = srtp_unprotect(inbound_.get(), packet.data(), &size);
    length = static_cast<std::size_t>(size);
    return reason_of(status, DropReason::RtpMalformed);
}

Result<MutableBytes, DropReason> Context::unprotect_rtcp(MutableBytes packet) {
    const std::size_t tag = tag_size(profile_);
    if (!is_rtcp(packet, kRtcpIndex + tag)) return failure(DropReason::RtcpMalformed);
    // RFC 3711 §3.4 puts E and the index before the tag, RFC 7714 §9.1 after it. Clear text is never accepted (R4).
    const std::size_t trailer = profile_ == Profile::AeadAes128Gcm ? kRtcpIndex : kRtcpIndex + tag;
    if ((packet[packet.size() - trailer] & 0x80) == 0) return failure(DropReason::RtcpMalformed);
    const std::uint32_t ssrc = ssrc_at(packet, 4);
    if (!has_room(inbound_ssrcs_, ssrc)) return failure(DropReason::UnknownSource);
    std::size_t length = 0;
    const DropReason reason = unprotect_rtcp(packet, length);
    if (reason != DropReason::None) return failure(reason);
    remember(inbound_ssrcs_, ssrc);
    return packet.first(length);
}

DropReason Context::unprotect_rtcp(MutableBytes packet, std::size_t& length) {
    if (gcm_inbound_) return gcm_inbound_->unprotect_rtcp(packet, length);
    int size = static_cast<int>(packet.size());
    const srtp_err_status_t status = srtp_unprotect_rtcp(inbound_.get(), packet.data(), &size);
    length = static_cast<std::size_t>(size);
    return reason_of(status, DropReason::RtcpMalformed);
}

std::optional<std::size_t> Context::protect_rtp(MutableBytes slot, std::size_t length) {
    if (length > slot.size() || slot.size() - length < tag_size(profile_)) return std::nullopt;
    const auto header = rtp_header(slot.first(length), 0);
    if (!header) return std::nullopt;
    const std::uint32_t ssrc = ssrc_at(slot, 8);
    if (!has_room(outbound_ssrcs_, ssrc)) return std::nullopt;
    remember(outbound_ssrcs_, ssrc);
    if (gcm_outbound_) return gcm_outbound_->protect_rtp(slot, length, *header);
    int size = static_cast<int>(length);
    if (srtp_protect(outbound_.get(), slot.data(), &size) != srtp_err_status_ok) return std::nullopt;
    return static_cast<std::size_t>(size);
}

std::optional<std::size_t> Context::protect_rtcp(MutableBytes slot, std::size_t length) {
    if (length > slot.size() || slot.size() - length < tag_size(profile_) + kRtcpIndex) return std::nullopt;
    if (!is_rtcp(slot.first(length), 0)) return std::nullopt;
    const std::uint32_t ssrc = ssrc_at(slot, 4);
    if (!has_room(outbound_ssrcs_, ssrc)) return std::nullopt;
    remember(outbound_ssrcs_, ssrc);
    if (gcm_outbound_) return gcm_outbound_->protect_rtcp(slot, length);
    int size = static_cast<int>(length);
    if (srtp_protect_rtcp(outbound_.get(), slot.data(), &size) != srtp_err_status_ok) return std::nullopt;
    return static_cast<std::size_t>(size);
}

}  // namespace klassenraum::srtp
