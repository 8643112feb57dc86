// SASL ANONYMOUS (RFC 4505): whoever asks is let in as nobody. The trace that may come along is checked and thrown
// away.
#pragma once

#include <string_view>

#include "protocol/core/utf8.hpp"

namespace klassenraum::sasl {

inline constexpr std::size_t kMaxTrace = 4 * 255;  // RFC 4505 §2: 255 characters

inline bool is_trace(std::string_view message) {
    return message.size() <= kMaxTrace && is_utf8(message);
}

}  // namespace klassenraum::sasl
