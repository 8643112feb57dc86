// What a camera's encoder makes, and what a decoder shows: real streams of the four codecs, encoded once per program
// run, a few small pictures each. Encoders are driven as browsers drive them: simulcast encodings are encoders of their
// own, SVC is one encoder whose references are set layer by layer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/profile.hpp"
#include "tests/decode/picture.hpp"

namespace klassenraum::decode {

using Bytes = std::vector<std::uint8_t>;

// One spatial layer of one picture of one encoding.
struct Frame {
    std::uint8_t encoding = 0;
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    bool key = false;                  // needs no other picture
    bool base_only = false;            // VP8's Y: predicted from temporal layer 0 only
    bool from_below = false;           // predicted from the spatial layer below
    bool needed_above = false;         // the spatial layer above is predicted from it
    bool top = true;                   // the last of its picture
    std::vector<unsigned> references;  // positions in the encoding's frames of this recording
    Bytes data;
};

struct Recording {
    rtp::Codec codec = rtp::Codec::Vp8;
    std::uint8_t encodings = 1;
    std::uint8_t spatial_layers = 1;
    bool k_svc = false;
    // By picture; within a picture by encoding, then by spatial layer.
    std::vector<std::vector<Frame>> pictures;
    Size size(std::uint8_t encoding, std::uint8_t spatial) const;
};

// 80 × 48, 160 × 96, 320 × 192.
Size layer_size(unsigned layer);

// Key pictures where the list says so, and at the beginning.
struct Script {
    unsigned pictures = 0;
    std::vector<unsigned> keys;
    bool key(unsigned picture) const;
};

Recording record_vp8_simulcast(const Script& script);        // three encodings of three temporal layers
Recording record_vp9_svc(const Script& script, bool k_svc);  // 3 × 3
Recording record_vp9_simulcast(const Script& script);        // three encodings of three temporal layers
Recording record_av1_svc(const Script& script, unsigned spatial_layers, bool k_svc);
Recording record_h264_simulcast(const Script& script);

// The references of an SVC encoder in the pattern 0-2-1-2, as slots of its eight reference buffers.
struct SlotUse {
    std::uint8_t temporal = 0;
    std::vector<unsigned> reads;
    std::optional<unsigned> writes;
    bool from_below = false;
};
SlotUse slot_use(unsigned position, std::uint8_t spatial, std::uint8_t spatial_layers, bool key, bool k_svc);

// One decoded picture.
struct Shown {
    Size size;
    unsigned wrong = 0;  // squares that are not those of the expected number
};

class Decoder {
public:
    virtual ~Decoder() = default;
    // What is shown after this data; none when the decoder refuses it or shows nothing.
    virtual std::optional<Shown> decode(ByteView data, unsigned expected_number) = 0;
};
std::unique_ptr<Decoder> make_decoder(rtp::Codec codec);
std::unique_ptr<Decoder> make_vpx_decoder(rtp::Codec codec);
std::unique_ptr<Decoder> make_av1_decoder();
std::unique_ptr<Decoder> make_h264_decoder();

}  // namespace klassenraum::decode
