// AEAD_AES_128_GCM (RFC 7714) over whoever computes it, in one piece of memory: each packet to another receiver needs
// another key, and what lies apart is fetched apart. Two implementations give the same octets: OpenSSL's everywhere,
// Intel's multi-buffer library some four times as fast where the CPU has vector AES. Owned by a Direction.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "protocol/core/bytes.hpp"
#include "protocol/core/prefetch.hpp"
#include "protocol/srtp/cipher.hpp"

namespace klassenraum::srtp {

inline constexpr std::size_t kGcmTag = 16;
using Nonce = std::array<std::uint8_t, 12>;

// The session keys of one direction, wiped when they go.
struct GcmKeys {
    std::array<std::uint8_t, kKeySize> rtp_key{};
    std::array<std::uint8_t, kKeySize> rtcp_key{};
    Nonce rtp_salt{};
    Nonce rtcp_salt{};

    GcmKeys() = default;
    GcmKeys(const GcmKeys&) = delete;
    GcmKeys& operator=(const GcmKeys&) = delete;
    ~GcmKeys();
};

// A salt, wiped when it goes.
class Salt {
public:
    explicit Salt(const Nonce& octets) : octets_(octets) {}
    Salt(const Salt&) = delete;
    Salt& operator=(const Salt&) = delete;
    ~Salt();

    // RFC 7714 §8.1: two zeros, SSRC, roll-over counter and sequence number, XORed with the salt. §9.1 is the same with
    // two zeros and the SRTCP index behind the SSRC.
    Nonce nonce(PacketIndex packet) const {
        Nonce nonce = octets_;
        for (std::size_t i = 0; i < 4; ++i) {
            nonce[2 + i] = static_cast<std::uint8_t>(nonce[2 + i] ^ packet.ssrc >> (24 - 8 * i));
        }
        for (std::size_t i = 0; i < 6; ++i) {
            nonce[6 + i] = static_cast<std::uint8_t>(nonce[6 + i] ^ packet.index >> (40 - 8 * i));
        }
        return nonce;
    }

private:
    Nonce octets_;
};

// `Aead`: seal and open with one key, in place; the tag, of kGcmTag octets, is written to, or expected at, `tag`.
template <typename RtpAead, typename RtcpAead>
class Gcm final : public Cipher {
public:
    Gcm(RtpAead rtp, RtcpAead rtcp, const GcmKeys& keys)
        : rtp_salt_(keys.rtp_salt), rtcp_salt_(keys.rtcp_salt), rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}

    bool seal_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes text = packet.subspan(header, packet.size() - header - kGcmTag);
        return rtp_.seal(rtp_salt_.nonce(index), packet.first(header), text, packet.last(kGcmTag).data());
    }

    bool open_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes text = packet.subspan(header, packet.size() - header - kGcmTag);
        return rtp_.open(rtp_salt_.nonce(index), packet.first(header), text, packet.last(kGcmTag).data());
    }

    // RFC 7714 §9.2: header, text, tag, index; authenticated with the header is the index.
    bool seal_rtcp(MutableBytes packet, PacketIndex index) override {
        ByteWriter(packet.last(kRtcpIndex)).u32(static_cast<std::uint32_t>(index.index) | kEncrypted);
        const Parts parts = parts_of(packet);
        return rtcp_.seal(rtcp_salt_.nonce(index), parts.clear, parts.text, parts.tag);
    }

    bool open_rtcp(MutableBytes packet, PacketIndex index) override {
        const Parts parts = parts_of(packet);
        return rtcp_.open(rtcp_salt_.nonce(index), parts.clear, parts.text, parts.tag);
    }

    void prefetch() const override {
        klassenraum::prefetch(this, kCacheLine);
        klassenraum::prefetch(&rtp_, sizeof rtp_);
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
        parts.text = packet.subspan(kRtcpHeader, packet.size() - kRtcpHeader - kGcmTag - kRtcpIndex);
        parts.tag = packet.last(kGcmTag + kRtcpIndex).data();
        return parts;
    }

    Salt rtp_salt_;
    Salt rtcp_salt_;
    RtpAead rtp_;
    RtcpAead rtcp_;
};

void wipe_key(std::array<std::uint8_t, kKeySize>& key);

// An Aead that is made from its key when it is first used.
template <typename Aead>
class OnFirstUse {
public:
    explicit OnFirstUse(const std::array<std::uint8_t, kKeySize>& key)
        : key_(std::make_unique<std::array<std::uint8_t, kKeySize>>(key)) {}
    OnFirstUse(OnFirstUse&&) = default;
    OnFirstUse& operator=(OnFirstUse&&) = delete;
    ~OnFirstUse() { forget_key(); }

    bool seal(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        return made().seal(nonce, clear, text, tag);
    }
    bool open(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        return made().open(nonce, clear, text, tag);
    }

private:
    Aead& made() {
        if (aead_ == nullptr) {
            aead_ = std::make_unique<Aead>(*key_);
            forget_key();
        }
        return *aead_;
    }
    void forget_key() {
        if (key_ != nullptr) wipe_key(*key_);
        key_.reset();
    }

    std::unique_ptr<std::array<std::uint8_t, kKeySize>> key_;
    std::unique_ptr<Aead> aead_;
};

// Null when OpenSSL refuses.
std::unique_ptr<Cipher> create_openssl_gcm(const GcmKeys& keys);
// Null where the CPU lacks AES or carry-less multiplication, or where we were built without the library.
std::unique_ptr<Cipher> create_vector_gcm(const GcmKeys& keys, Way way);

}  // namespace klassenraum::srtp
