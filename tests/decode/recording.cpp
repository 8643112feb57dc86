#include "tests/decode/recording.hpp"

#include <algorithm>
#include <array>

namespace klassenraum::decode {

Size layer_size(unsigned layer) {
    return {.width = 80U << layer, .height = 48U << layer};
}

Size Recording::size(std::uint8_t encoding, std::uint8_t spatial) const {
    return layer_size(encodings > 1 ? encoding : spatial);
}

bool Script::key(unsigned picture) const {
    return picture == 0 || std::find(keys.begin(), keys.end(), picture) != keys.end();
}

// Slot s: the last picture of temporal layer 0 in spatial layer s. Slot 3 + s: of temporal layer 1. Slot 6 + s: the
// present picture of temporal layer 2, for the spatial layer above.
SlotUse slot_use(unsigned position, std::uint8_t spatial, std::uint8_t spatial_layers, bool key, bool k_svc) {
    constexpr std::array<std::uint8_t, 4> kTemporal{0, 2, 1, 2};
    constexpr unsigned kFirst = 3;
    constexpr unsigned kSecond = 6;
    SlotUse use{.temporal = kTemporal[position % 4], .reads = {}, .writes = {}, .from_below = false};
    const auto slot_of = [&](unsigned layer) {
        return use.temporal == 0 ? layer : use.temporal == 1 ? kFirst + layer : kSecond + layer;
    };
    if (!key) use.reads.push_back(position % 4 == 3 ? kFirst + spatial : spatial);
    use.from_below = spatial > 0 && (key || !k_svc);
    if (use.from_below) use.reads.push_back(slot_of(spatial - 1U));
    if (use.temporal < 2 || spatial + 1 < spatial_layers) use.writes = slot_of(spatial);
    return use;
}

std::unique_ptr<Decoder> make_decoder(rtp::Codec codec) {
    if (codec == rtp::Codec::Av1) return make_av1_decoder();
    if (codec == rtp::Codec::H264) return make_h264_decoder();
    return make_vpx_decoder(codec);
}

}  // namespace klassenraum::decode
