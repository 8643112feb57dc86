// Single bits, most significant first, for the few formats that are packed without regard to octets. Sticky failure, as
// in core/bytes.hpp.
#pragma once

#include <algorithm>

#include "protocol/core/bytes.hpp"

namespace klassenraum::rtp {

class BitReader {
public:
    explicit BitReader(ByteView bytes) : bytes_(bytes) {}

    // At most 32 bits.
    std::uint32_t bits(std::size_t count) {
        std::uint32_t value = 0;
        if (!ok_ || count > bytes_.size() * 8 - position_) {
            ok_ = false;
            return 0;
        }
        for (; count > 0; --count, ++position_)
            value = value << 1 | (static_cast<std::uint32_t>(bytes_[position_ / 8]) >> (7 - position_ % 8) & 1U);
        return value;
    }
    bool flag() { return bits(1) != 0; }
    // AV1 specification §4.10.7: ns(n), a value below `n` in as few bits as that allows.
    std::uint32_t below(std::uint32_t n) {
        std::size_t width = 0;
        while (n >> width != 0) ++width;
        if (width == 0) return 0;
        const std::uint32_t short_values = (1U << width) - n;
        const std::uint32_t value = bits(width - 1);
        if (value < short_values) return value;
        return (value << 1) - short_values + bits(1);
    }
    bool ok() const { return ok_; }
    std::size_t position() const { return position_; }

private:
    ByteView bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

class BitWriter {
public:
    explicit BitWriter(MutableBytes bytes) : bytes_(bytes) {}

    void bits(std::uint32_t value, std::size_t count) {
        if (!ok_ || count > bytes_.size() * 8 - position_) {
            ok_ = false;
            return;
        }
        for (; count > 0; --count, ++position_) {
            if (position_ % 8 == 0) bytes_[position_ / 8] = 0;
            const std::uint32_t bit = value >> (count - 1) & 1U;
            bytes_[position_ / 8] = static_cast<std::uint8_t>(bytes_[position_ / 8] | bit << (7 - position_ % 8));
        }
    }
    void copy(BitReader& from, std::size_t count) {
        for (; count > 0; count -= std::min<std::size_t>(count, 32)) {
            const std::size_t step = std::min<std::size_t>(count, 32);
            bits(from.bits(step), step);
        }
    }
    bool ok() const { return ok_; }
    std::size_t size() const { return (position_ + 7) / 8; }

private:
    MutableBytes bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

}  // namespace klassenraum::rtp
