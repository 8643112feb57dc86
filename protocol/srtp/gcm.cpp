#include "protocol/srtp/gcm.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>

namespace klassenraum::srtp {

namespace {

constexpr std::size_t kRtcpHeader = 8;
constexpr std::size_t kRtcpIndex = 4;
constexpr std::uint32_t kEncrypted = 0x80000000;

// RFC 3711 §4.3.3 with RFC 7714 §11: AES in counter mode over zeros, the label XORed into the padded salt.
bool derive(ByteView master_key, ByteView master_salt, std::uint8_t label, MutableBytes out) {
    std::array<std::uint8_t, 16> counter{};
    ByteWriter(counter).bytes(master_salt);
    counter[7] ^= label;
    EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    int length = 0;
    const bool done = cipher != nullptr &&
                      EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), nullptr, master_key.data(), counter.data()) == 1 &&
                      EVP_EncryptUpdate(cipher, out.data(), &length, out.data(), static_cast<int>(out.size())) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool seal(
    EVP_CIPHER_CTX* cipher, ByteView nonce, ByteView header, ByteView trailer, MutableBytes text, std::uint8_t* tag) {
    int length = 0;
    return EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
           EVP_EncryptUpdate(cipher, nullptr, &length, header.data(), static_cast<int>(header.size())) == 1 &&
           (trailer.empty() ||
            EVP_EncryptUpdate(cipher, nullptr, &length, trailer.data(), static_cast<int>(trailer.size())) == 1) &&
           EVP_EncryptUpdate(cipher, text.data(), &length, text.data(), static_cast<int>(text.size())) == 1 &&
           EVP_EncryptFinal_ex(cipher, text.data() + text.size(), &length) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Gcm::kTag, tag) == 1;
}

bool open(
    EVP_CIPHER_CTX* cipher, ByteView nonce, ByteView header, ByteView trailer, MutableBytes text, std::uint8_t* tag) {
    int length = 0;
    return EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
           EVP_DecryptUpdate(cipher, nullptr, &length, header.data(), static_cast<int>(header.size())) == 1 &&
           (trailer.empty() ||
            EVP_DecryptUpdate(cipher, nullptr, &length, trailer.data(), static_cast<int>(trailer.size())) == 1) &&
           EVP_DecryptUpdate(cipher, text.data(), &length, text.data(), static_cast<int>(text.size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Gcm::kTag, tag) == 1 &&
           EVP_DecryptFinal_ex(cipher, text.data() + text.size(), &length) == 1;
}

std::uint16_t u16_at(ByteView packet, std::size_t at) {
    return ByteReader(packet.subspan(at, 2)).u16();
}
std::uint32_t u32_at(ByteView packet, std::size_t at) {
    return ByteReader(packet.subspan(at, 4)).u32();
}

std::uint64_t u64_at(ByteView packet, std::size_t at) {
    return ByteReader(packet.subspan(at, 8)).u64();
}

}  // namespace

void Gcm::Free::operator()(evp_cipher_ctx_st* context) const {
    EVP_CIPHER_CTX_free(context);
}

Gcm::Cipher Gcm::create_cipher(ByteView key) {
    Cipher cipher(EVP_CIPHER_CTX_new());
    const bool ready =
        cipher != nullptr && EVP_CipherInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr, 1) == 1;
    return ready ? std::move(cipher) : nullptr;
}

std::unique_ptr<Gcm> Gcm::create(ByteView master_key, ByteView master_salt, std::size_t ssrcs_max) {
    std::unique_ptr<Gcm> gcm(new Gcm);
    std::array<std::uint8_t, 16> rtp_key;
    std::array<std::uint8_t, 16> rtcp_key;
    // RFC 3711 §4.3.2: the labels; 1 and 4 would be authentication keys, which GCM has no use for.
    const bool derived =
        derive(master_key, master_salt, 0, rtp_key) && derive(master_key, master_salt, 2, gcm->rtp_salt_) &&
        derive(master_key, master_salt, 3, rtcp_key) && derive(master_key, master_salt, 5, gcm->rtcp_salt_);
    if (derived) gcm->rtp_ = create_cipher(rtp_key);
    if (derived) gcm->rtcp_ = create_cipher(rtcp_key);
    OPENSSL_cleanse(rtp_key.data(), rtp_key.size());
    OPENSSL_cleanse(rtcp_key.data(), rtcp_key.size());
    if (!gcm->rtp_ || !gcm->rtcp_) return nullptr;
    gcm->streams_.reserve(ssrcs_max);
    return gcm;
}

Gcm::~Gcm() {
    OPENSSL_cleanse(rtp_salt_.data(), rtp_salt_.size());
    OPENSSL_cleanse(rtcp_salt_.data(), rtcp_salt_.size());
}

const Gcm::Stream* Gcm::find(std::uint32_t ssrc) const {
    const auto before = [](const Stream& stream, std::uint32_t wanted) { return stream.ssrc < wanted; };
    const auto at = std::lower_bound(streams_.begin(), streams_.end(), ssrc, before);
    return at != streams_.end() && at->ssrc == ssrc ? &*at : nullptr;
}

Gcm::Stream& Gcm::stream(std::uint32_t ssrc) {
    const auto before = [](const Stream& known, std::uint32_t wanted) { return known.ssrc < wanted; };
    const auto at = std::lower_bound(streams_.begin(), streams_.end(), ssrc, before);
    if (at != streams_.end() && at->ssrc == ssrc) return *at;
    Stream fresh;
    fresh.ssrc = ssrc;
    return *streams_.insert(at, std::move(fresh));
}

// RFC 7714 §8.1: two zeros, SSRC, roll-over counter and sequence number, XORed with the salt.
Gcm::Nonce Gcm::rtp_nonce(const Nonce& salt, std::uint32_t ssrc, std::uint64_t index) {
    Nonce nonce{};
    ByteWriter out(nonce);
    out.u16(0);
    out.u32(ssrc);
    out.u32(static_cast<std::uint32_t>(index >> 16));
    out.u16(static_cast<std::uint16_t>(index));
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= salt[i];
    return nonce;
}

// RFC 7714 §9.1: two zeros, SSRC, two zeros, SRTCP index, XORed with the salt.
Gcm::Nonce Gcm::rtcp_nonce(const Nonce& salt, std::uint32_t ssrc, std::uint32_t index) {
    return rtp_nonce(salt, ssrc, index);
}

DropReason Gcm::unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length) {
    const std::uint32_t ssrc = u32_at(packet, 8);
    const Stream* known = find(ssrc);
    static constexpr ReplayWindow kNothingSeen;
    const ReplayWindow& seen = known == nullptr ? kNothingSeen : known->rtp;
    const auto index = seen.index_of(u16_at(packet, 2));
    if (!index || !seen.is_new(*index)) return DropReason::SrtpReplay;
    length = packet.size() - kTag;
    const MutableBytes text = packet.subspan(header, length - header);
    const Nonce nonce = rtp_nonce(rtp_salt_, ssrc, *index);
    if (!open(rtp_.get(), nonce, packet.first(header), {}, text, packet.data() + length)) {
        return DropReason::SrtpAuthentication;
    }
    stream(ssrc).rtp.advance(*index);
    return DropReason::None;
}

DropReason Gcm::unprotect_rtcp(MutableBytes packet, std::size_t& length) {
    const std::uint32_t ssrc = u32_at(packet, 4);
    const MutableBytes trailer = packet.last(kRtcpIndex);
    const std::uint32_t index = u32_at(trailer, 0) & ~kEncrypted;
    const Stream* known = find(ssrc);
    if (known != nullptr && !known->rtcp.is_new(index)) return DropReason::SrtpReplay;
    length = packet.size() - kRtcpIndex - kTag;
    const MutableBytes text = packet.subspan(kRtcpHeader, length - kRtcpHeader);
    const Nonce nonce = rtcp_nonce(rtcp_salt_, ssrc, index);
    if (!open(rtcp_.get(), nonce, packet.first(kRtcpHeader), trailer, text, packet.data() + length)) {
        return DropReason::SrtpAuthentication;
    }
    stream(ssrc).rtcp.advance(index);
    return DropReason::None;
}

std::optional<std::size_t> Gcm::protect_rtp(MutableBytes slot, std::size_t length, std::size_t header) {
    const std::uint32_t ssrc = u32_at(slot, 8);
    Stream& own = stream(ssrc);
    if (!own.sealed) own.sealed = std::make_unique<std::array<Sealed, kRepeatable>>();
    const auto index = own.rtp.index_of(u16_at(slot, 2));
    if (!index || own.rtp.is_too_old(*index)) return std::nullopt;
    Sealed& sealed = (*own.sealed)[*index % kRepeatable];
    const bool again = !own.rtp.is_new(*index);
    if (again && sealed.index != *index) return std::nullopt;  // what it was is forgotten
    const Nonce nonce = rtp_nonce(rtp_salt_, ssrc, *index);
    const MutableBytes text = slot.subspan(header, length - header);
    if (!seal(rtp_.get(), nonce, slot.first(header), {}, text, slot.data() + length)) return std::nullopt;
    const std::uint64_t tag = u64_at(slot, length);
    if (again && sealed.tag != tag) {
        OPENSSL_cleanse(slot.data() + header, length + kTag - header);
        return std::nullopt;
    }
    sealed = {.index = *index, .tag = tag};
    own.rtp.advance(*index);
    return length + kTag;
}

std::optional<std::size_t> Gcm::protect_rtcp(MutableBytes slot, std::size_t length) {
    const std::uint32_t ssrc = u32_at(slot, 4);
    Stream& own = stream(ssrc);
    // RFC 3711 §9.2: after 2^31 packets the keys are used up.
    if (own.next_rtcp_index >= kEncrypted) return std::nullopt;
    const std::uint32_t index = own.next_rtcp_index++;
    const MutableBytes trailer = slot.subspan(length + kTag, kRtcpIndex);
    ByteWriter(trailer).u32(index | kEncrypted);
    const Nonce nonce = rtcp_nonce(rtcp_salt_, ssrc, index);
    const MutableBytes text = slot.subspan(kRtcpHeader, length - kRtcpHeader);
    if (!seal(rtcp_.get(), nonce, slot.first(kRtcpHeader), trailer, text, slot.data() + length)) return std::nullopt;
    return length + kTag + kRtcpIndex;
}

}  // namespace klassenraum::srtp
