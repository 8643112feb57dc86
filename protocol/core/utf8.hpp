// UTF-8 (RFC 3629), strictly: no overlong forms, no surrogates, nothing above U+10FFFF. For everything that compares or
// repeats text that came from elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace klassenraum {

struct Utf8Character {
    char32_t code_point = 0;
    std::size_t length = 0;  // octets; 0: not valid here
};

inline Utf8Character utf8_at(std::string_view text, std::size_t position) {
    const auto octet = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
    if (position >= text.size()) return {};
    const std::uint8_t lead = octet(position);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - position < length) return {};
    char32_t code_point = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const std::uint8_t next = octet(position + i);
        if ((next & 0xc0U) != 0x80) return {};
        code_point = code_point << 6 | (next & 0x3fU);
    }
    static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < kSmallest[length] || code_point > 0x10ffff || surrogate) return {};
    return {code_point, length};
}

inline bool is_utf8(std::string_view text) {
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t length = utf8_at(text, position).length;
        if (length == 0) return false;
        position += length;
    }
    return true;
}

}  // namespace klassenraum
