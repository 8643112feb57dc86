#include "protocol/rtp/header_extension.hpp"

#include <cstring>

namespace klassenraum::rtp {

HeaderExtensions::HeaderExtensions(std::uint16_t profile, ByteView block) : block_(block) {
    if (profile == kOneByteProfile) form_ = Form::OneByte;
    if ((profile & kTwoByteProfileMask) == kTwoByteProfile) form_ = Form::TwoByte;
}

std::optional<HeaderExtension> HeaderExtensions::next() {
    if (form_ == Form::None) return std::nullopt;
    // RFC 8285 §4.1: a zero octet between elements is padding.
    while (position_ < block_.size() && block_[position_] == 0) ++position_;
    ByteReader in(block_.subspan(position_));
    HeaderExtension element;
    std::size_t length = 0;
    if (form_ == Form::OneByte) {
        const std::uint8_t head = in.u8();
        element.id = head >> 4;
        length = (head & 0x0fU) + 1;
        // RFC 8285 §4.2: id 15 ends the processing, whatever follows.
        if (element.id == 15) return end();
    } else {
        element.id = in.u8();
        length = in.u8();
    }
    element.data = in.bytes(length);
    if (!in.ok()) return end();
    position_ += in.position();
    return element;
}

std::optional<HeaderExtension> HeaderExtensions::end() {
    position_ = block_.size();
    return std::nullopt;
}

std::optional<ByteView> HeaderExtensions::find(std::uint8_t id) const {
    HeaderExtensions walk = *this;
    walk.position_ = 0;
    while (const auto element = walk.next()) {
        if (element->id == id) return element->data;
    }
    return std::nullopt;
}

void HeaderExtensionWriter::add(std::uint8_t id, ByteView data) {
    if (count_ == elements_.size() || id == 0 || data.size() > 255) return;
    elements_[count_++] = {id, data};
    if (data.empty() || data.size() > 16 || id > 14) two_byte_ = true;
}

std::size_t HeaderExtensionWriter::elements_size() const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < count_; ++i) size += elements_[i].data.size() + (two_byte_ ? 2 : 1);
    return size;
}

std::size_t HeaderExtensionWriter::size() const {
    return empty() ? 0 : 4 + (elements_size() + 3) / 4 * 4;
}

void HeaderExtensionWriter::write(ByteWriter& out) const {
    if (empty()) return;
    if (two_byte_) {
        const std::size_t size = elements_size();
        const std::size_t words = (size + 3) / 4;
        out.u16(kTwoByteProfile);
        out.u16(static_cast<std::uint16_t>(words));
        for (std::size_t i = 0; i < count_; ++i) {
            const HeaderExtension& element = elements_[i];
            out.u8(element.id);
            out.u8(static_cast<std::uint8_t>(element.data.size()));
            out.bytes(element.data);
        }
        out.zeros(words * 4 - size);
        return;
    }
    // Nearly every packet: put together first, then written at once.
    constexpr std::size_t kLongest = 4 + kMaxForwardedExtensions * 17 + 3;
    std::array<std::uint8_t, kLongest> block;
    std::size_t size = 4;
    for (std::size_t i = 0; i < count_; ++i) {
        const ByteView data = elements_[i].data;
        block[size++] = static_cast<std::uint8_t>(std::size_t{elements_[i].id} << 4 | (data.size() - 1));
        std::memcpy(block.data() + size, data.data(), data.size());
        size += data.size();
    }
    while (size % 4 != 0) block[size++] = 0;
    block[0] = kOneByteProfile >> 8;
    block[1] = kOneByteProfile & 0xff;
    block[2] = 0;
    block[3] = static_cast<std::uint8_t>(size / 4 - 1);
    out.bytes(ByteView(block).first(size));
}

}  // namespace klassenraum::rtp
