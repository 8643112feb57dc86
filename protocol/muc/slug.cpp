#include "protocol/muc/slug.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <optional>

#include "protocol/core/utf8.hpp"
#include "protocol/muc/limits.hpp"

namespace klassenraum::muc {

namespace {

std::optional<unsigned> hex_digit(char character) {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a') + 10U;
    if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A') + 10U;
    return std::nullopt;
}

// RFC 3986 §2.1. What is no sequence stays as it is.
std::string percent_decoded(std::string_view name) {
    std::string decoded;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] == '%' && at + 2 < name.size()) {
            const auto high = hex_digit(name[at + 1]);
            const auto low = hex_digit(name[at + 2]);
            if (high && low) {
                decoded += static_cast<char>(*high << 4 | *low);
                at += 2;
                continue;
            }
        }
        decoded += name[at];
    }
    return decoded;
}

icu::UnicodeString from_utf8(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string_view ascii_of(UChar32 code_point) {
    static constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (code_point < 0x80) {
        const std::size_t at = kPlain.find(static_cast<char>(code_point));
        return at == std::string_view::npos ? std::string_view() : kPlain.substr(at, 1);
    }
    switch (code_point) {
        case 0xe4: return "ae";
        case 0xf6: return "oe";
        case 0xfc: return "ue";
        case 0xdf: return "ss";
        default: return {};
    }
}

}  // namespace

std::string fold_room_name(std::string_view name) {
    if (name.size() > kMaxRoomName) return {};
    const std::string decoded = percent_decoded(name);
    if (!is_utf8(decoded)) return {};
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* compatible = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) return {};
    icu::UnicodeString text = compatible->normalize(from_utf8(decoded), status);
    if (U_FAILURE(status)) return {};
    text.toLower(icu::Locale::getRoot());
    std::string slug;
    bool gap = false;
    for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        const std::string_view ascii = ascii_of(text.char32At(at));
        if (ascii.empty()) {
            gap = !slug.empty();
            continue;
        }
        if (slug.size() + ascii.size() + (gap ? 1 : 0) > kMaxSlug) break;
        if (gap) slug += '-';
        gap = false;
        slug += ascii;
    }
    return slug;
}

bool is_of_account(std::string_view slug, std::string_view account) {
    const std::string prefix = fold_room_name(account) + "-";
    return prefix.size() > 1 && slug.size() > prefix.size() && slug.starts_with(prefix);
}

std::string make_slug(std::string_view account, std::string_view title, Entropy& entropy) {
    constexpr std::size_t kRandom = 4;
    // No characters that are mistaken for each other when read out.
    static constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    const std::string prefix = fold_room_name(account);
    std::string folded = fold_room_name(title);
    if (prefix.empty() || folded.empty() || prefix.size() + kRandom + 3 > kMaxSlug) return {};
    folded.resize(std::min(folded.size(), kMaxSlug - prefix.size() - kRandom - 2));
    return fold_room_name(prefix + "-" + folded + "-" + entropy.token(kRandom, kAlphabet));
}

}  // namespace klassenraum::muc
