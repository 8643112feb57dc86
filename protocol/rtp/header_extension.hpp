// RTP header extensions in one-byte and two-byte form (RFC 8285): reading them one after the other and writing a new
// block in whichever form fits. Views only; nothing is copied or allocated.
#pragma once

#include <array>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/rtp/limits.hpp"

namespace klassenraum::rtp {

inline constexpr std::uint16_t kOneByteProfile = 0xbede;
inline constexpr std::uint16_t kTwoByteProfile = 0x1000;  // the low four bits are the application's
inline constexpr std::uint16_t kTwoByteProfileMask = 0xfff0;

struct HeaderExtension {
    std::uint8_t id = 0;
    ByteView data;
};

// Walks over the extensions of one packet; ends at the first element that does not fit. An unknown profile has none.
class HeaderExtensions {
public:
    HeaderExtensions() = default;
    HeaderExtensions(std::uint16_t profile, ByteView block);

    std::optional<HeaderExtension> next();
    // Looks from the beginning, wherever next() stands.
    std::optional<ByteView> find(std::uint8_t id) const;

private:
    enum class Form : std::uint8_t { None, OneByte, TwoByte };
    std::optional<HeaderExtension> end();

    Form form_ = Form::None;
    ByteView block_;
    std::size_t position_ = 0;
};

// Collects what a forwarded packet shall carry, then writes the whole block: one-byte form unless an element is empty,
// longer than sixteen octets or has an id above fourteen (two-byte form needs extmap-allow-mixed, which we always
// offer).
class HeaderExtensionWriter {
public:
    // Views must live until write(). Elements beyond kMaxForwardedExtensions are ignored.
    void add(std::uint8_t id, ByteView data);
    bool empty() const { return count_ == 0; }
    // The extension header and the padded elements; 0 when empty.
    std::size_t size() const;
    void write(ByteWriter& out) const;

private:
    std::size_t elements_size() const;

    std::array<HeaderExtension, kMaxForwardedExtensions> elements_{};
    std::size_t count_ = 0;
    bool two_byte_ = false;
};

}  // namespace klassenraum::rtp
