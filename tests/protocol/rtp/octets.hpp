// Octets written as in an RFC: hexadecimal, spaces anywhere.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace klassenraum {

inline std::vector<std::uint8_t> octets(std::string_view text) {
    std::vector<std::uint8_t> out;
    int high = -1;
    for (const char c : text) {
        if (c == ' ') continue;
        const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
        if (high >= 0) out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    return out;
}

}  // namespace klassenraum
