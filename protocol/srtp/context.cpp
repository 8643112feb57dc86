#include "protocol/srtp/context.hpp"

#include "protocol/srtp/direction.hpp"
#include "protocol/srtp/reference.hpp"

namespace klassenraum::srtp {
namespace {

// RFC 3550 §5.1: the length of an RTP header whose CSRC list and extension lie inside the packet, before the tag.
std::optional<std::size_t> rtp_header(ByteView packet, std::size_t tag) {
    if (packet.size() < kRtpHeader + tag || packet[0] >> 6 != 2) return std::nullopt;
    std::size_t header = kRtpHeader + std::size_t{4} * (packet[0] & 0x0f);
    if ((packet[0] & 0x10) != 0) {
        if (packet.size() < header + 4) return std::nullopt;
        header += 4 + std::size_t{4} * static_cast<std::size_t>(packet[header + 2] << 8 | packet[header + 3]);
    }
    if (packet.size() < header + tag) return std::nullopt;
    return header;
}

bool is_rtcp(ByteView packet, std::size_t trailer) {
    return packet.size() >= kRtcpHeader + trailer && packet[0] >> 6 == 2;
}

}  // namespace

std::unique_ptr<Context> Context::create_server(Profile profile, ByteView keys, Implementation implementation) {
    return create(profile, keys, true, implementation);
}

std::unique_ptr<Context> Context::create_client(Profile profile, ByteView keys, Implementation implementation) {
    return create(profile, keys, false, implementation);
}

std::unique_ptr<Context> Context::create(Profile profile, ByteView keys, bool server, Implementation implementation) {
    ByteReader in(keys);
    const ByteView client_key = in.bytes(kKeySize);
    const ByteView server_key = in.bytes(kKeySize);
    const ByteView client_salt = in.bytes(salt_size(profile));
    const ByteView server_salt = in.bytes(salt_size(profile));
    if (!in.ok() || in.remaining() > 0) return nullptr;
    const ByteView in_key = server ? client_key : server_key;
    const ByteView in_salt = server ? client_salt : server_salt;
    const ByteView out_key = server ? server_key : client_key;
    const ByteView out_salt = server ? server_salt : client_salt;

    std::unique_ptr<Context> context(new Context(profile));
    if (implementation == Implementation::Reference) {
        context->reference_inbound_ = Reference::create(profile, false, in_key, in_salt);
        context->reference_outbound_ = Reference::create(profile, true, out_key, out_salt);
        return context->reference_inbound_ && context->reference_outbound_ ? std::move(context) : nullptr;
    }
    const auto cipher = [&](ByteView key, ByteView salt, Way way) {
        return profile == Profile::AeadAes128Gcm ? create_gcm(key, salt, way, implementation)
                                                 : create_counter_mode(key, salt);
    };
    std::unique_ptr<Cipher> opens = cipher(in_key, in_salt, Way::Inbound);
    std::unique_ptr<Cipher> seals = cipher(out_key, out_salt, Way::Outbound);
    if (!opens || !seals) return nullptr;
    // What one end may send, the other one takes.
    context->inbound_.emplace(std::move(opens), profile, server ? kMaxInboundSsrcs : kMaxOutboundSsrcs);
    context->outbound_.emplace(std::move(seals), profile, server ? kMaxOutboundSsrcs : kMaxInboundSsrcs);
    return context;
}

Context::Context(Profile profile) : profile_(profile) {}

Context::~Context() = default;

Result<MutableBytes, DropReason> Context::unprotect_rtp(MutableBytes packet) {
    const auto header = rtp_header(packet, tag_size(profile_));
    if (!header) return failure(DropReason::RtpMalformed);
    std::size_t length = 0;
    const DropReason reason =
        inbound_ ? inbound_->unprotect_rtp(packet, *header, length) : reference_inbound_->unprotect_rtp(packet, length);
    if (reason != DropReason::None) return failure(reason);
    return packet.first(length);
}

std::optional<ByteView> Context::sealed_rtp(ByteView packet) const {
    const std::size_t tag = tag_size(profile_);
    if (!rtp_header(packet, tag)) return std::nullopt;
    return packet.first(packet.size() - tag);
}

void Context::pass_rtp(std::uint32_t ssrc, std::uint16_t sequence) {
    if (inbound_) inbound_->pass_rtp(ssrc, sequence);
}

Result<MutableBytes, DropReason> Context::unprotect_rtcp(MutableBytes packet) {
    if (!is_rtcp(packet, kRtcpIndex + tag_size(profile_))) return failure(DropReason::RtcpMalformed);
    std::size_t length = 0;
    const DropReason reason =
        inbound_ ? inbound_->unprotect_rtcp(packet, length) : reference_inbound_->unprotect_rtcp(packet, length);
    if (reason != DropReason::None) return failure(reason);
    return packet.first(length);
}

std::optional<std::size_t> Context::protect_rtp(MutableBytes slot, std::size_t length) {
    if (length > slot.size() || slot.size() - length < tag_size(profile_)) return std::nullopt;
    const auto header = rtp_header(slot.first(length), 0);
    if (!header) return std::nullopt;
    return outbound_ ? outbound_->protect_rtp(slot, length, *header) : reference_outbound_->protect_rtp(slot, length);
}

std::optional<std::size_t> Context::protect_rtcp(MutableBytes slot, std::size_t length) {
    if (length > slot.size() || slot.size() - length < tag_size(profile_) + kRtcpIndex) return std::nullopt;
    if (!is_rtcp(slot.first(length), 0)) return std::nullopt;
    return outbound_ ? outbound_->protect_rtcp(slot, length) : reference_outbound_->protect_rtcp(slot, length);
}

}  // namespace klassenraum::srtp
