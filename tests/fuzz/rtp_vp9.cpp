// modules: protocol/rtp protocol/core
// Any payload as VP9: what a rewrite puts in, a second parse finds.
#include <cstdlib>
#include <vector>

#include "protocol/rtp/vp9.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> payload(data, data + size);
    const auto vp9 = rtp::parse_vp9(payload);
    if (!vp9) return 0;
    rtp::rewrite_vp9(payload, *vp9, 0x5a5a, 0xa5);
    const auto again = rtp::parse_vp9(payload);
    if (!again || again->size != vp9->size || again->key_frame() != vp9->key_frame()) std::abort();
    if (again->picture_id && *again->picture_id != (vp9->long_picture_id ? 0x5a5a : 0x5a)) std::abort();
    if (again->tl0_picture_index && *again->tl0_picture_index != 0xa5) std::abort();
    return 0;
}
