// RFC 8122 §5: a digest as SDP and Jingle spell it, upper-case hex pairs joined by colons.
#pragma once

#include <string>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

inline std::string fingerprint_text(ByteView digest) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string text;
    text.reserve(digest.size() * 3);
    for (const std::uint8_t octet : digest) {
        if (!text.empty()) text += ':';
        text += kHex[octet >> 4];
        text += kHex[octet & 0xf];
    }
    return text;
}

}  // namespace klassenraum::crypto
