// Octets that only the holder of a key can read or have made: AES-256-GCM (NIST SP 800-38D) over a whole message that
// fits in memory. A key and a nonce go together once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

using BoxKey = std::array<std::uint8_t, 32>;
using BoxNonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t kBoxTagSize = 16;

// `header` is not hidden, but cannot be changed either. The tag stands at the end.
std::vector<std::uint8_t> seal_box(const BoxKey& key, const BoxNonce& nonce, ByteView header, ByteView message);
// Nothing unless every octet is as it was sealed.
std::optional<std::vector<std::uint8_t>> open_box(const BoxKey& key,
                                                  const BoxNonce& nonce,
                                                  ByteView header,
                                                  ByteView sealed);

}  // namespace klassenraum::crypto
