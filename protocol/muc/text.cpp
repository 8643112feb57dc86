#include "protocol/muc/text.hpp"

#include "protocol/core/utf8.hpp"

namespace klassenraum::muc {

namespace {

bool is_shown(char32_t character) {
    if (character < 0x20 || (character >= 0x7f && character < 0xa0)) return false;
    const bool direction = (character >= 0x202a && character <= 0x202e) ||
                           (character >= 0x2066 && character <= 0x2069) || character == 0x200e || character == 0x200f;
    const bool invisible = character == 0x2028 || character == 0x2029 || character == 0xfeff || character == 0x200b;
    return !direction && !invisible;
}

}  // namespace

std::string plain_line(std::string_view text, std::size_t longest) {
    std::string line;
    std::size_t characters = 0;
    for (std::size_t position = 0; position < text.size() && characters < longest;) {
        const Utf8Character character = utf8_at(text, position);
        if (character.length == 0) {
            ++position;
            continue;
        }
        const bool leading_blank = line.empty() && character.code_point == ' ';
        if (is_shown(character.code_point) && !leading_blank) {
            line += text.substr(position, character.length);
            ++characters;
        }
        position += character.length;
    }
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

std::string_view first_octets(std::string_view text, std::size_t longest) {
    if (text.size() <= longest) return text;
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xc0U) == 0x80) --longest;
    return text.substr(0, longest);
}

}  // namespace klassenraum::muc
