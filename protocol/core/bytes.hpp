// Octets in network order (RFC 1700): views, a reader and a writer with sticky failure, so that a parser reads like the
// figure in its RFC and is checked once at the end. Values on the stack; nothing here allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace klassenraum {

using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads past the end give zeros and clear ok(); nothing is read beyond the view.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    ByteView bytes(std::size_t count) {
        if (!take(count)) return {};
        return bytes_.subspan(position_ - count, count);
    }
    void skip(std::size_t count) { (void)take(count); }

    bool ok() const { return ok_; }
    std::size_t position() const { return position_; }
    std::size_t remaining() const { return bytes_.size() - position_; }
    ByteView rest() const { return bytes_.subspan(position_); }

private:
    bool take(std::size_t count) {
        if (!ok_ || count > remaining()) {
            ok_ = false;
            return false;
        }
        position_ += count;
        return true;
    }
    std::uint64_t number(std::size_t width) {
        if (!take(width)) return 0;
        std::uint64_t value = 0;
        for (std::size_t i = position_ - width; i < position_; ++i) value = value << 8 | bytes_[i];
        return value;
    }

    ByteView bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

// Writes past the end are dropped and clear ok().
class ByteWriter {
public:
    explicit ByteWriter(MutableBytes bytes) : bytes_(bytes) {}

    void u8(std::uint8_t value) { number(value, 1); }
    void u16(std::uint16_t value) { number(value, 2); }
    void u24(std::uint32_t value) { number(value, 3); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void bytes(ByteView source) {
        if (!take(source.size()) || source.empty()) return;
        std::memcpy(bytes_.data() + position_ - source.size(), source.data(), source.size());
    }
    void zeros(std::size_t count) {
        if (!take(count) || count == 0) return;
        std::memset(bytes_.data() + position_ - count, 0, count);
    }

    bool ok() const { return ok_; }
    std::size_t position() const { return position_; }
    std::size_t remaining() const { return bytes_.size() - position_; }
    MutableBytes written() const { return bytes_.first(position_); }

private:
    bool take(std::size_t count) {
        if (!ok_ || count > remaining()) {
            ok_ = false;
            return false;
        }
        position_ += count;
        return true;
    }
    void number(std::uint64_t value, std::size_t width) {
        if (!take(width)) return;
        for (std::size_t i = 0; i < width; ++i) {
            bytes_[position_ - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    }

    MutableBytes bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

}  // namespace klassenraum
