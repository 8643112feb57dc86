#include "protocol/muc/password.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "protocol/core/utf8.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/muc/limits.hpp"

namespace klassenraum::muc {

namespace {

bool is_dash_or_space(UChar32 code_point) {
    constexpr UChar32 kMinusSign = 0x2212;
    constexpr std::uint32_t kMask = U_GC_PD_MASK | U_GC_ZS_MASK;
    return (U_GET_GC_MASK(code_point) & kMask) != 0 || code_point == kMinusSign || code_point == '\t' ||
           code_point == '\n' || code_point == '\r';
}

void wipe_text(icu::UnicodeString& text) {
    const std::int32_t capacity = text.getCapacity();
    if (char16_t* buffer = text.getBuffer(capacity)) {
        explicit_bzero(buffer, static_cast<std::size_t>(capacity) * sizeof(char16_t));
        text.releaseBuffer(0);
    }
}

Password::Digest digest_of(ByteView key, std::string_view context, std::string_view normalised) {
    constexpr std::array<std::uint8_t, 1> kEnd{0};
    return crypto::hmac_sha256(key, {as_bytes(context), kEnd, as_bytes(normalised)});
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::string normalise_password(std::string_view typed) {
    if (typed.size() > kMaxPassword || !is_utf8(typed)) return {};
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) return {};
    icu::UnicodeString given =
        icu::UnicodeString::fromUTF8(icu::StringPiece(typed.data(), static_cast<std::int32_t>(typed.size())));
    icu::UnicodeString folded = folding->normalize(given, status);
    wipe_text(given);
    std::string result;
    if (U_FAILURE(status)) return result;
    result.reserve(4 * kMaxPassword);  // so that no growth leaves a copy behind
    bool gap = false;
    for (std::int32_t at = 0; at < folded.length(); at = folded.moveIndex32(at, 1)) {
        const UChar32 code_point = folded.char32At(at);
        if (is_dash_or_space(code_point)) {
            gap = !result.empty();
            continue;
        }
        if (gap) result += '-';
        gap = false;
        icu::UnicodeString(code_point).toUTF8String(result);
    }
    wipe_text(folded);
    return result;
}

std::optional<Password> Password::create(std::string_view typed) {
    std::string normalised = normalise_password(typed);
    if (normalised.empty()) return std::nullopt;
    Password password;
    password.shown_ = Secret(trimmed(typed));
    password.normalised_ = Secret(normalised);
    wipe(normalised);
    return password;
}

Password Password::unknown(Entropy& entropy) {
    constexpr std::size_t kHexDigits = 32;
    std::string drawn = entropy.token(kHexDigits, Entropy::kHex);
    Password password;
    password.normalised_ = Secret(drawn);
    password.known_ = false;
    wipe(drawn);
    return password;
}

Password Password::kept(ByteView key, std::string_view context, const Digest& digest) {
    Password password;
    password.kept_ =
        Kept{Secret({reinterpret_cast<const char*>(key.data()), key.size()}), std::string(context), digest};
    return password;
}

Password::Digest Password::digest(ByteView key, std::string_view context) const {
    return kept_ ? kept_->digest : digest_of(key, context, normalised_.reveal());
}

bool Password::matches(std::string_view typed) const {
    std::string attempt = normalise_password(typed);
    bool equal = normalised_.equals(attempt);
    if (kept_) {
        const Digest digest = digest_of(as_bytes(kept_->key.reveal()), kept_->context, attempt);
        equal = !attempt.empty() && crypto::equal_in_constant_time(ByteView(digest), ByteView(kept_->digest));
    }
    wipe(attempt);
    return equal && known_;
}

void Password::learn(std::string_view typed) {
    if (!kept_ || !matches(typed)) return;
    std::string normalised = normalise_password(typed);
    shown_ = Secret(trimmed(typed));
    normalised_ = Secret(normalised);
    wipe(normalised);
    kept_.reset();
}

}  // namespace klassenraum::muc
