// AES_CM_128_HMAC_SHA1_80 (RFC 3711 §4.1.1, §4.2.1), for clients that know no GCM: on OpenSSL, since libsrtp2 on NSS
// takes four times as long and allocates for every packet. OpenSSL 3's own HMAC copies its state through the allocator
// for each packet too; the states after the two pads (RFC 2104) are plain values with the older SHA-1 functions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>

#include "protocol/srtp/cipher.hpp"
#include "protocol/srtp/key_derivation.hpp"

namespace klassenraum::srtp {
namespace {

constexpr std::size_t kTag = tag_size(Profile::Aes128CmSha1_80);
constexpr std::size_t kAuthenticationKey = 20;
using Salt = std::array<std::uint8_t, 14>;

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// HMAC-SHA1 (RFC 2104) with a key of less than one block.
class Hmac {
public:
    void set_key(ByteView key) {
        start(inner_, key, 0x36);
        start(outer_, key, 0x5c);
    }
    ~Hmac() {
        OPENSSL_cleanse(&inner_, sizeof inner_);
        OPENSSL_cleanse(&outer_, sizeof outer_);
    }

    using Digest = std::array<std::uint8_t, SHA_DIGEST_LENGTH>;
    Digest of(ByteView first, ByteView second) const {
        Digest digest;
        SHA_CTX state = inner_;
        SHA1_Update(&state, first.data(), first.size());
        SHA1_Update(&state, second.data(), second.size());
        SHA1_Final(digest.data(), &state);
        state = outer_;
        SHA1_Update(&state, digest.data(), digest.size());
        SHA1_Final(digest.data(), &state);
        return digest;
    }

private:
    static void start(SHA_CTX& state, ByteView key, std::uint8_t pad) {
        std::array<std::uint8_t, SHA_CBLOCK> block;
        block.fill(pad);
        for (std::size_t i = 0; i < key.size(); ++i) block[i] = static_cast<std::uint8_t>(block[i] ^ key[i]);
        SHA1_Init(&state);
        SHA1_Update(&state, block.data(), block.size());
        OPENSSL_cleanse(block.data(), block.size());
    }

    SHA_CTX inner_{};
    SHA_CTX outer_{};
};

// One kind of packet: its cipher, its HMAC with the key already taken in, and its salt.
class Keys {
public:
    bool create(ByteView master_key, ByteView master_salt, Label key, Label authentication, Label salt);
    ~Keys() { OPENSSL_cleanse(salt_.data(), salt_.size()); }

    // RFC 3711 §4.1.1: salt, SSRC at octet 4, index at octet 8, two octets left to the block counter.
    bool crypt(MutableBytes text, PacketIndex index) {
        std::array<std::uint8_t, 16> counter{};
        std::memcpy(counter.data(), salt_.data(), salt_.size());
        for (std::size_t i = 0; i < 4; ++i) {
            counter[4 + i] = static_cast<std::uint8_t>(counter[4 + i] ^ (index.ssrc >> (24 - 8 * i)));
        }
        for (std::size_t i = 0; i < 6; ++i) {
            counter[8 + i] = static_cast<std::uint8_t>(counter[8 + i] ^ (index.index >> (40 - 8 * i)));
        }
        int length = 0;
        return EVP_EncryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, counter.data()) == 1 &&
               EVP_EncryptUpdate(cipher_.get(), text.data(), &length, text.data(), static_cast<int>(text.size())) == 1;
    }

    // The first 80 bits of HMAC-SHA1 over both parts.
    void authenticate(ByteView packet, ByteView suffix, std::uint8_t* tag) const {
        std::memcpy(tag, hmac_.of(packet, suffix).data(), kTag);
    }

    bool is_authentic(ByteView packet, ByteView suffix, const std::uint8_t* tag) const {
        return CRYPTO_memcmp(hmac_.of(packet, suffix).data(), tag, kTag) == 0;
    }

private:
    std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher_;
    Hmac hmac_;
    Salt salt_{};
};

bool Keys::create(ByteView master_key, ByteView master_salt, Label key, Label authentication, Label salt) {
    std::array<std::uint8_t, kKeySize> cipher_key;
    std::array<std::uint8_t, kAuthenticationKey> mac_key;
    cipher_.reset(EVP_CIPHER_CTX_new());
    const bool created = cipher_ && derive_key(master_key, master_salt, key, cipher_key) &&
                         derive_key(master_key, master_salt, authentication, mac_key) &&
                         derive_key(master_key, master_salt, salt, salt_) &&
                         EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_ctr(), nullptr, cipher_key.data(), nullptr) == 1;
    hmac_.set_key(mac_key);
    OPENSSL_cleanse(cipher_key.data(), cipher_key.size());
    OPENSSL_cleanse(mac_key.data(), mac_key.size());
    return created;
}

class CounterMode final : public Cipher {
public:
    bool create(ByteView master_key, ByteView master_salt) {
        return rtp_.create(master_key, master_salt, Label::RtpKey, Label::RtpAuthentication, Label::RtpSalt) &&
               rtcp_.create(master_key, master_salt, Label::RtcpKey, Label::RtcpAuthentication, Label::RtcpSalt);
    }

    // RFC 3711 §4.2: authenticated is the encrypted packet with the roll-over counter behind it.
    bool seal_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes body = packet.first(packet.size() - kTag);
        if (!rtp_.crypt(body.subspan(header), index)) return false;
        rtp_.authenticate(body, roll_over(index), packet.last(kTag).data());
        return true;
    }

    bool open_rtp(MutableBytes packet, std::size_t header, PacketIndex index) override {
        const MutableBytes body = packet.first(packet.size() - kTag);
        return rtp_.is_authentic(body, roll_over(index), packet.last(kTag).data()) &&
               rtp_.crypt(body.subspan(header), index);
    }

    // RFC 3711 §3.4: header, text, index, tag.
    bool seal_rtcp(MutableBytes packet, PacketIndex index) override {
        const MutableBytes body = packet.first(packet.size() - kTag);
        ByteWriter(body.last(kRtcpIndex)).u32(static_cast<std::uint32_t>(index.index) | kEncrypted);
        if (!rtcp_.crypt(text_of(body), index)) return false;
        rtcp_.authenticate(body, {}, packet.last(kTag).data());
        return true;
    }

    bool open_rtcp(MutableBytes packet, PacketIndex index) override {
        const MutableBytes body = packet.first(packet.size() - kTag);
        return rtcp_.is_authentic(body, {}, packet.last(kTag).data()) && rtcp_.crypt(text_of(body), index);
    }

private:
    static std::array<std::uint8_t, 4> roll_over(PacketIndex index) {
        std::array<std::uint8_t, 4> octets;
        ByteWriter(octets).u32(static_cast<std::uint32_t>(index.index >> 16));
        return octets;
    }
    static MutableBytes text_of(MutableBytes body) {
        return body.subspan(kRtcpHeader, body.size() - kRtcpHeader - kRtcpIndex);
    }

    Keys rtp_;
    Keys rtcp_;
};

}  // namespace

std::unique_ptr<Cipher> create_counter_mode(ByteView master_key, ByteView master_salt) {
    auto cipher = std::make_unique<CounterMode>();
    return cipher->create(master_key, master_salt) ? std::move(cipher) : nullptr;
}

}  // namespace klassenraum::srtp
