// What the H.264 payload format (RFC 6184 §5) shows without reading coded pictures: whether decoding can begin with a
// packet. H.264 is never end-to-end encrypted by the clients.
#pragma once

#include "protocol/core/bytes.hpp"

namespace klassenraum::rtp {

// A sequence parameter set: alone, in a STAP-A, or the first fragment of one (FU-A). Browsers send one before each IDR
// picture, and without it their decoders do not begin: an IDR slice that came before its SPS is no place to begin.
bool h264_key_frame(ByteView payload);

}  // namespace klassenraum::rtp
