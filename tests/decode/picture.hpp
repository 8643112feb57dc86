// Pictures that say which picture they are: a chessboard of 32 squares, bright or dark by a hash of the number, so that
// a decoder that predicted from a wrong picture shows a board that belongs to no number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace klassenraum::decode {

struct Size {
    unsigned width = 0;
    unsigned height = 0;
    bool operator==(const Size&) const = default;
};

// Planar 4:2:0.
struct Picture {
    Size size;
    std::vector<std::uint8_t> luma;
    std::vector<std::uint8_t> blue;
    std::vector<std::uint8_t> red;
};

Picture paint(unsigned number, Size size);
// How many of the 32 squares are not as painted.
unsigned wrong_squares(const std::uint8_t* luma, std::size_t stride, Size size, unsigned number);

}  // namespace klassenraum::decode
