// AEAD_AES_128_GCM (RFC 7714).
#include <openssl/crypto.h>

#include <array>
#include <cstring>

#include "protocol/srtp/aead.hpp"
#include "protocol/srtp/cipher.hpp"
#include "protocol/srtp/key_derivation.hpp"

namespace klassenraum::srtp {
namespace {

using Salt = std::array<std::uint8_t, 12>;

// RFC 7714 §8.1: two zeros, SSRC, roll-over counter and sequence number, XORed with the salt. §9.1 is the same with
// two zeros and the SRTCP index behind the SSRC.
Aead::Nonce nonce_of(const Salt& salt, PacketIndex index) {
    Aead::Nonce nonce;
    ByteWriter out(nonce);
    out.u16(0);
    out.u32(index.ssrc);
    out.u16(static_cast<std::uint16_t>(index.index >> 32));
    out.u32(static_cast<std::uint32_t>(index.index));
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(nonce[i] ^ salt[i]);
    return nonce;
}

class Gcm final : public Cipher {
public:
    Gcm(std::unique_ptr<Aead> rtp, std::unique_ptr<Aead> rtcp, const Salt& rtp_salt, const Salt& rtcp_salt)
        : rtp_(std::move(rtp)), rtcp_(std::move(rtcp)), rtp_salt_(rtp_salt), rtcp_salt_(rtcp_salt) {}
    ~Gcm() override {
        OPENSSL_cleanse(rtp_salt_.data(), rtp_salt_.size());
        OPENSSL_cleanse(rtcp_salt_.data(), rtcp_salt_.size());
    }

    bool seal_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes text = packet.subspan(header, packet.size() - header - Aead::kTag);
        return rtp_->seal(nonce_of(rtp_salt_, index), packet.first(header), text, packet.last(Aead::kTag).data());
    }

    bool open_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes text = packet.subspan(header, packet.size() - header - Aead::kTag);
        return rtp_->open(nonce_of(rtp_salt_, index), packet.first(header), text, packet.last(Aead::kTag).data());
    }

    // RFC 7714 §9.2: header, text, tag, index; authenticated with the header is the index.
    bool seal_rtcp(MutableBytes packet, PacketIndex index) override {
        ByteWriter(packet.last(kRtcpIndex)).u32(static_cast<std::uint32_t>(index.index) | kEncrypted);
        const Parts parts = parts_of(packet);
        return rtcp_->seal(nonce_of(rtcp_salt_, index), parts.clear, parts.text, parts.tag);
    }

    bool open_rtcp(MutableBytes packet, PacketIndex index) override {
        const Parts parts = parts_of(packet);
        return rtcp_->open(nonce_of(rtcp_salt_, index), parts.clear, parts.text, parts.tag);
    }

private:
    struct Parts {
        std::array<std::uint8_t, kRtcpHeader + kRtcpIndex> clear;
        MutableBytes text;
        std::uint8_t* tag;
    };
    static Parts parts_of(MutableBytes packet) {
        Parts parts;
        std::memcpy(parts.clear.data(), packet.data(), kRtcpHeader);
        std::memcpy(parts.clear.data() + kRtcpHeader, packet.last(kRtcpIndex).data(), kRtcpIndex);
        parts.text = packet.subspan(kRtcpHeader, packet.size() - kRtcpHeader - Aead::kTag - kRtcpIndex);
        parts.tag = packet.last(Aead::kTag + kRtcpIndex).data();
        return parts;
    }

    std::unique_ptr<Aead> rtp_;
    std::unique_ptr<Aead> rtcp_;
    Salt rtp_salt_;
    Salt rtcp_salt_;
};

std::unique_ptr<Aead> create_aead(ByteView key, Implementation implementation) {
    if (implementation != Implementation::Portable) {
        std::unique_ptr<Aead> vector = create_vector_aead(key);
        if (vector || implementation == Implementation::Vector) return vector;
    }
    return create_openssl_aead(key);
}

}  // namespace

std::unique_ptr<Cipher> create_gcm(ByteView master_key, ByteView master_salt, Implementation implementation) {
    std::array<std::uint8_t, kKeySize> rtp_key;
    std::array<std::uint8_t, kKeySize> rtcp_key;
    Salt rtp_salt;
    Salt rtcp_salt;
    std::unique_ptr<Aead> rtp;
    std::unique_ptr<Aead> rtcp;
    if (derive_key(master_key, master_salt, Label::RtpKey, rtp_key) &&
        derive_key(master_key, master_salt, Label::RtpSalt, rtp_salt) &&
        derive_key(master_key, master_salt, Label::RtcpKey, rtcp_key) &&
        derive_key(master_key, master_salt, Label::RtcpSalt, rtcp_salt)) {
        rtp = create_aead(rtp_key, implementation);
        rtcp = create_aead(rtcp_key, implementation);
    }
    OPENSSL_cleanse(rtp_key.data(), rtp_key.size());
    OPENSSL_cleanse(rtcp_key.data(), rtcp_key.size());
    if (!rtp || !rtcp) return nullptr;
    return std::make_unique<Gcm>(std::move(rtp), std::move(rtcp), rtp_salt, rtcp_salt);
}

}  // namespace klassenraum::srtp
