#include "protocol/xmpp/jid.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "protocol/core/utf8.hpp"

namespace klassenraum::xmpp {

namespace {

constexpr std::size_t kMaxPart = 1023;  // RFC 7622 §3.2–3.4, octets

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char character) { return static_cast<unsigned char>(character) < 0x80; });
}

std::string ascii_lower(std::string_view text) {
    std::string lower(text);
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    return lower;
}

// RFC 8264 IdentifierClass, beyond ASCII: letters, marks and decimal digits without a compatibility form. Thus no
// ligatures, no full-width letters, no invisible characters: what looks like another name is not one.
bool is_identifier(const icu::UnicodeString& text, const icu::Normalizer2& compatible, UErrorCode& status) {
    if (!compatible.isNormalized(text, status)) return false;
    for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        const UChar32 code_point = text.char32At(at);
        if (code_point < 0x80) continue;
        constexpr std::uint32_t kAllowed =
            U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK | U_GC_ND_MASK;
        if ((U_GET_GC_MASK(code_point) & kAllowed) == 0) return false;
        if (u_hasBinaryProperty(code_point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
    }
    return true;
}

// RFC 8265 §3.3 UsernameCaseMapped: lower case, then composed.
std::optional<std::string> fold(std::string_view text) {
    if (is_ascii(text)) return ascii_lower(text);
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* composed = icu::Normalizer2::getNFCInstance(status);
    const icu::Normalizer2* compatible = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) return std::nullopt;
    const icu::UnicodeString given =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    const icu::UnicodeString lower = icu::UnicodeString(given).toLower(icu::Locale::getRoot());
    const icu::UnicodeString folded = composed->normalize(lower, status);
    if (U_FAILURE(status) || !is_identifier(folded, *compatible, status) || U_FAILURE(status)) return std::nullopt;
    std::string result;
    folded.toUTF8String(result);
    return result;
}

std::optional<std::string> parse_local(std::string_view text) {
    // RFC 7622 §3.3.1: these never occur in a localpart.
    static constexpr std::string_view kForbidden = "\"&'/:<>@ \x7f";
    const bool bad = std::ranges::any_of(text, [](char character) {
        return static_cast<unsigned char>(character) < 0x20 || kForbidden.find(character) != std::string_view::npos;
    });
    if (text.empty() || text.size() > kMaxPart || bad) return std::nullopt;
    return fold(text);
}

std::optional<std::string> parse_domain(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);  // RFC 7622 §3.2: the root's dot does not count
    const bool bad = std::ranges::any_of(text, [](char character) {
        const bool letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        const bool digit = character >= '0' && character <= '9';
        const bool ascii = static_cast<unsigned char>(character) < 0x80;
        return ascii && !letter && !digit && std::string_view("-._:[]").find(character) == std::string_view::npos;
    });
    if (text.empty() || text.size() > kMaxPart || bad) return std::nullopt;
    return fold(text);
}

// Kept octet by octet: clients want to see their own spelling again.
bool is_resource(std::string_view text) {
    if (text.empty() || text.size() > kMaxPart) return false;
    for (std::size_t position = 0; position < text.size();) {
        const Utf8Character character = utf8_at(text, position);
        const bool control =
            character.code_point < 0x20 || (character.code_point >= 0x7f && character.code_point < 0xa0);
        const bool noncharacter = (character.code_point & 0xfffe) == 0xfffe;
        if (character.length == 0 || control || noncharacter) return false;
        position += character.length;
    }
    return true;
}

}  // namespace

std::optional<Jid> Jid::parse(std::string_view text) {
    if (text.size() > 3 * kMaxPart + 2 || !is_utf8(text)) return std::nullopt;
    Jid jid;
    // RFC 7622 §3.1: the first slash begins the resource, which may itself hold slashes and at signs.
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view resource = text.substr(slash + 1);
        if (!is_resource(resource)) return std::nullopt;
        jid.resource = resource;
        text = text.substr(0, slash);
    }
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        const std::optional<std::string> local = parse_local(text.substr(0, at));
        if (!local || local->size() > kMaxPart) return std::nullopt;
        jid.local = *local;
        text = text.substr(at + 1);
    }
    const std::optional<std::string> domain = parse_domain(text);
    if (!domain || domain->size() > kMaxPart) return std::nullopt;
    jid.domain = *domain;
    return jid;
}

std::string Jid::str() const {
    return resource.empty() ? bare() : bare() + "/" + resource;
}

std::string Jid::bare() const {
    return local.empty() ? domain : local + "@" + domain;
}

}  // namespace klassenraum::xmpp
