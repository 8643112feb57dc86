// modules: protocol/rtp protocol/core
// Any payload as VP8: what a rewrite puts in, a second parse finds.
#include <cstdlib>
#include <vector>

#include "protocol/rtp/vp8.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> payload(data, data + size);
    const auto vp8 = rtp::parse_vp8(payload);
    if (!vp8) return 0;
    rtp::rewrite_vp8(payload, *vp8, 0x5a5a, 0xa5);
    const auto again = rtp::parse_vp8(payload);
    if (!again || again->size != vp8->size || again->key_frame != vp8->key_frame) std::abort();
    if (again->picture_id && *again->picture_id != (vp8->long_picture_id ? 0x5a5a : 0x5a)) std::abort();
    if (again->tl0_picture_index && *again->tl0_picture_index != 0xa5) std::abort();
    return 0;
}
