// Bounds of the RTP parsers. Everything beyond is refused as malformed, so no parser's work depends on an attacker's
// wish.
#pragma once

#include <cstddef>

namespace klassenraum::rtp {

inline constexpr std::size_t kFixedHeaderSize = 12;
inline constexpr std::size_t kMaxForwardedExtensions = 8;  // more than we ever negotiate
inline constexpr std::size_t kMaxRedBlocks = 8;            // Chromium sends at most three
inline constexpr std::size_t kMaxTemplates = 64;           // six bits of template id
inline constexpr std::size_t kMaxDecodeTargets = 32;       // five bits, plus one
inline constexpr std::size_t kMaxFrameDiffs = 8;           // references of one frame; AV1 has seven reference slots
inline constexpr std::size_t kMaxSpatialLayers = 8;        // AV1 RTP: two bits in use, VP9: three bits
inline constexpr std::size_t kMaxDescriptorSize = 255;     // one two-byte header extension

}  // namespace klassenraum::rtp
