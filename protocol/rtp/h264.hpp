// What the H.264 payload format (RFC 6184 §5) shows without reading coded pictures: whether a packet begins or belongs
// to a key frame. H.264 is never end-to-end encrypted by the clients.
#pragma once

#include "protocol/core/bytes.hpp"

namespace klassenraum::rtp {

// An SPS or an IDR slice: alone, in a STAP-A, or the first fragment of one (FU-A).
bool h264_key_frame(ByteView payload);

}  // namespace klassenraum::rtp
