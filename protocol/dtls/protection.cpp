#include "protocol/dtls/protection.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

#include "protocol/crypto/secret.hpp"

namespace klassenraum::dtls {

namespace {

constexpr std::uint16_t kVersion = 0xfefd;  // DTLS 1.2
constexpr std::uint16_t kEpoch = 1;         // there is no renegotiation
constexpr std::size_t kMasterSecret = 48;
constexpr std::size_t kRandom = 32;

struct FreeKdf {
    void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};
struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// RFC 5246 §5, with the label and the randoms in the order of §6.3.
bool expand(ssl_st* tls, MutableBytes out) {
    constexpr std::string_view kLabel = "key expansion";
    std::array<std::uint8_t, kMasterSecret> master{};
    std::array<std::uint8_t, kLabel.size() + 2 * kRandom> seed{};
    std::copy(kLabel.begin(), kLabel.end(), seed.begin());
    const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(tls));
    if (digest == nullptr ||
        SSL_SESSION_get_master_key(SSL_get0_session(tls), master.data(), master.size()) != master.size() ||
        SSL_get_server_random(tls, seed.data() + kLabel.size(), kRandom) != kRandom ||
        SSL_get_client_random(tls, seed.data() + kLabel.size() + kRandom, kRandom) != kRandom) {
        return false;
    }
    const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr));
    const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(kdf.get()));
    std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(digest)), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.data(), master.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()), OSSL_PARAM_construct_end()};
    const bool done =
        context != nullptr && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1;
    crypto::wipe(master);
    return done;
}

bool is_of_our_version(const Record& record) {
    ByteReader in(record.whole.subspan(1, 2));
    return in.u16() == kVersion;
}

std::uint64_t number_of(const Record& record) {
    ByteReader in(record.whole.subspan(3, 8));
    return in.u64();
}

// RFC 5246 §6.2.3.3.
std::array<std::uint8_t, 13> additional_data(std::uint64_t number, ContentType type, std::size_t length) {
    std::array<std::uint8_t, 13> data{};
    ByteWriter out(data);
    out.u64(number);
    out.u8(static_cast<std::uint8_t>(type));
    out.u16(kVersion);
    out.u16(static_cast<std::uint16_t>(length));
    return data;
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Made for each record: they are few, and a context is as large as the rest of the session.
Context begin(const EVP_CIPHER* cipher, ByteView key, ByteView nonce, ByteView data, bool sealing) {
    Context context(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool ready =
        context != nullptr &&
        EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nonce.data(), sealing ? 1 : 0) == 1 &&
        EVP_CipherUpdate(context.get(), nullptr, &written, data.data(), static_cast<int>(data.size())) == 1;
    return ready ? std::move(context) : nullptr;
}

}  // namespace

std::optional<Protection::Suite> Protection::suite_of(ssl_st* tls) {
    switch (SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(tls))) {
        case NID_aes_128_gcm:
            return Suite{.cipher = EVP_aes_128_gcm(), .key = 16, .shown = kExplicit};
        case NID_aes_256_gcm:
            return Suite{.cipher = EVP_aes_256_gcm(), .key = 32, .shown = kExplicit};
        case NID_chacha20_poly1305:
            return Suite{.cipher = EVP_chacha20_poly1305(), .key = 32, .shown = 0};
        default:
            return std::nullopt;
    }
}

std::optional<Protection> Protection::take_over(ssl_st* tls, ByteView last_flight) {
    const auto suite = suite_of(tls);
    if (!suite) return std::nullopt;
    Protection taken(*suite);
    if (!taken.derive_keys(tls) || !taken.continue_numbers(last_flight)) return std::nullopt;
    return taken;
}

Protection::~Protection() {
    crypto::wipe(ours_.key);
    crypto::wipe(theirs_.key);
}

bool Protection::derive_keys(ssl_st* tls) {
    const std::size_t implicit = kNonce - suite_.shown;
    std::array<std::uint8_t, 2 * (kMaxKey + kNonce)> block{};
    if (!expand(tls, MutableBytes(block).first(2 * (suite_.key + implicit)))) return false;
    ByteReader in(block);
    const auto take = [&in](MutableBytes to) {
        const ByteView from = in.bytes(to.size());
        std::copy(from.begin(), from.end(), to.begin());
    };
    take(MutableBytes(theirs_.key).first(suite_.key));
    take(MutableBytes(ours_.key).first(suite_.key));
    take(MutableBytes(theirs_.iv).first(implicit));
    take(MutableBytes(ours_.iv).first(implicit));
    crypto::wipe(block);
    return true;
}

bool Protection::continue_numbers(ByteView last_flight) {
    ByteReader in(last_flight);
    bool found = false;
    while (in.remaining() > 0) {
        const auto record = read_record(in);
        if (!record) return false;
        if (record->epoch == 0) continue;
        if (record->epoch != kEpoch || record->body.size() < kExplicit) return false;
        ByteReader body(record->body);
        next_number_ = number_of(*record) + 1;
        next_explicit_ = body.u64() + 1;
        found = true;
    }
    return found;
}

std::array<std::uint8_t, Protection::kNonce> Protection::nonce(const Direction& direction,
                                                               std::uint64_t number,
                                                               ByteView shown) const {
    std::array<std::uint8_t, kNonce> nonce = direction.iv;
    if (suite_.shown == 0) {
        for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] ^= static_cast<std::uint8_t>(number >> (56 - 8 * i));
    } else {
        std::copy(shown.begin(), shown.end(), nonce.begin() + (kNonce - kExplicit));
    }
    return nonce;
}

bool Protection::is_new(std::uint64_t number) const {
    if (number > highest_) return true;
    const std::uint64_t behind = highest_ - number;
    return behind < 64 && (seen_ >> behind & 1) == 0;
}

void Protection::note(std::uint64_t number) {
    if (number > highest_) {
        const std::uint64_t step = number - highest_;
        seen_ = step < 64 ? seen_ << step : 0;
        highest_ = number;
    }
    seen_ |= std::uint64_t{1} << (highest_ - number);
}

std::optional<std::vector<std::uint8_t>> Protection::open(const Record& record) {
    const std::uint64_t number = number_of(record);
    if (record.epoch != kEpoch || !is_of_our_version(record)) return std::nullopt;
    if (record.body.size() < suite_.shown + kTag || !is_new(number)) return std::nullopt;
    const ByteView shown = record.body.first(suite_.shown);
    const ByteView hidden = record.body.subspan(shown.size(), record.body.size() - shown.size() - kTag);
    std::array<std::uint8_t, kTag> tag{};
    std::copy(record.body.end() - kTag, record.body.end(), tag.begin());
    const Context context = begin(suite_.cipher, theirs_.key, nonce(theirs_, number, shown),
                                  additional_data(number, record.type, hidden.size()), false);
    if (context == nullptr) return std::nullopt;
    std::vector<std::uint8_t> content(hidden.size() + kTag);
    int written = 0;
    int rest = 0;
    const bool authentic = EVP_DecryptUpdate(context.get(), content.data(), &written, hidden.data(),
                                             static_cast<int>(hidden.size())) == 1 &&
                           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1 &&
                           EVP_DecryptFinal_ex(context.get(), content.data() + written, &rest) == 1;
    if (!authentic) return std::nullopt;
    note(number);
    content.resize(hidden.size());
    return content;
}

std::size_t Protection::seal(ContentType type, ByteView content, MutableBytes out) {
    const std::size_t length = suite_.shown + content.size() + kTag;
    if (out.size() < kRecordHeader + length || length > kMaxRecordBody) return 0;
    ByteWriter head(out);
    head.u8(static_cast<std::uint8_t>(type));
    head.u16(kVersion);
    head.u64(next_number_);
    head.u16(static_cast<std::uint16_t>(length));
    const MutableBytes shown = out.subspan(kRecordHeader, suite_.shown);
    if (!shown.empty()) head.u64(next_explicit_++);
    const MutableBytes hidden = out.subspan(kRecordHeader + shown.size());
    const Context context = begin(suite_.cipher, ours_.key, nonce(ours_, next_number_, shown),
                                  additional_data(next_number_, type, content.size()), true);
    ++next_number_;
    int written = 0;
    int rest = 0;
    const bool sealed =
        context != nullptr &&
        EVP_EncryptUpdate(context.get(), hidden.data(), &written, content.data(), static_cast<int>(content.size())) ==
            1 &&
        EVP_EncryptFinal_ex(context.get(), hidden.data() + written, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, hidden.data() + content.size()) == 1;
    return sealed ? kRecordHeader + length : 0;
}

}  // namespace klassenraum::dtls
