#include "tests/decode/picture.hpp"

namespace klassenraum::decode {

namespace {

constexpr unsigned kColumns = 8;
constexpr unsigned kRows = 4;
constexpr std::uint8_t kDark = 60;
constexpr std::uint8_t kBright = 190;

std::uint32_t board(unsigned number) {
    std::uint64_t value = (number + 1) * 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::uint32_t>(value >> 32);
}

// A texture that is the same in all pictures: to predict it is cheaper than to code it, so encoders do predict.
int texture(unsigned x, unsigned y) {
    std::uint32_t value = (x / 2 * 0x9e3779b1U) ^ (y / 2 * 0x85ebca77U);
    value = (value ^ value >> 15) * 0x2c1b3c6dU;
    value = (value ^ value >> 12) * 0x297a2d39U;
    return static_cast<int>(value >> 27) - 16;
}

bool bright(std::uint32_t squares, unsigned column, unsigned row) {
    return (squares >> (row * kColumns + column) & 1U) != 0;
}

}  // namespace

Picture paint(unsigned number, Size size) {
    const std::uint32_t squares = board(number);
    Picture out{.size = size,
                .luma = std::vector<std::uint8_t>(std::size_t{size.width} * size.height),
                .blue = std::vector<std::uint8_t>(std::size_t{size.width} * size.height / 4, 128),
                .red = std::vector<std::uint8_t>(std::size_t{size.width} * size.height / 4, 128)};
    for (unsigned y = 0; y < size.height; ++y) {
        for (unsigned x = 0; x < size.width; ++x) {
            const bool light = bright(squares, x * kColumns / size.width, y * kRows / size.height);
            const int value = (light ? kBright : kDark) + texture(x, y);
            out.luma[std::size_t{y} * size.width + x] = static_cast<std::uint8_t>(value);
        }
    }
    return out;
}

unsigned wrong_squares(const std::uint8_t* luma, std::size_t stride, Size size, unsigned number) {
    const std::uint32_t squares = board(number);
    unsigned wrong = 0;
    for (unsigned row = 0; row < kRows; ++row) {
        for (unsigned column = 0; column < kColumns; ++column) {
            // The middle of the square: edges are where codecs err.
            const unsigned width = size.width / kColumns;
            const unsigned height = size.height / kRows;
            unsigned sum = 0;
            unsigned count = 0;
            for (unsigned y = row * height + height / 4; y < row * height + height * 3 / 4; ++y) {
                for (unsigned x = column * width + width / 4; x < column * width + width * 3 / 4; ++x, ++count) {
                    sum += luma[std::size_t{y} * stride + x];
                }
            }
            const bool light = sum > count * (kDark + kBright) / 2;
            if (light != bright(squares, column, row)) ++wrong;
        }
    }
    return wrong;
}

}  // namespace klassenraum::decode
