#include "protocol/stun/writer.hpp"

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/hmac.hpp"

namespace klassenraum::stun {

Writer::Writer(MutableBytes buffer, Class message_class, Method method, const TransactionId& transaction)
    : buffer_(buffer), out_(buffer), transaction_(transaction) {
    const auto class_bits = static_cast<unsigned>(message_class);
    const auto method_bits = static_cast<unsigned>(method);
    out_.u16(static_cast<std::uint16_t>((method_bits & 0xf) | (class_bits & 1) << 4 | (method_bits & 0x70) << 1 |
                                        (class_bits & 2) << 7 | (method_bits & 0xf80) << 2));
    out_.u16(0);
    out_.u32(kMagicCookie);
    out_.bytes(transaction_);
}

void Writer::header(Attribute type, std::size_t length) {
    out_.u16(static_cast<std::uint16_t>(type));
    out_.u16(static_cast<std::uint16_t>(length));
}

void Writer::value(Attribute type, ByteView octets) {
    header(type, octets.size());
    out_.bytes(octets);
    out_.zeros((4U - octets.size() % 4U) % 4U);
}

Writer& Writer::username(std::string_view text) {
    value(Attribute::Username, as_bytes(text));
    return *this;
}

Writer& Writer::xor_mapped_address(const Address& address) {
    const bool v4 = address.is_v4();
    header(Attribute::XorMappedAddress, v4 ? 8 : 20);
    out_.u8(0);
    out_.u8(v4 ? 1 : 2);
    out_.u16(static_cast<std::uint16_t>(address.port ^ (kMagicCookie >> 16)));
    std::array<std::uint8_t, 16> pad;
    ByteWriter pad_out(pad);
    pad_out.u32(kMagicCookie);
    pad_out.bytes(transaction_);
    const std::size_t first = v4 ? 12 : 0;
    for (std::size_t i = first; i < 16; ++i) {
        out_.u8(static_cast<std::uint8_t>(address.ip[i] ^ pad[i - first]));
    }
    return *this;
}

Writer& Writer::priority(std::uint32_t number) {
    header(Attribute::Priority, 4);
    out_.u32(number);
    return *this;
}

Writer& Writer::use_candidate() {
    header(Attribute::UseCandidate, 0);
    return *this;
}

Writer& Writer::ice_controlling(std::uint64_t tie_breaker) {
    header(Attribute::IceControlling, 8);
    out_.u64(tie_breaker);
    return *this;
}

Writer& Writer::ice_controlled(std::uint64_t tie_breaker) {
    header(Attribute::IceControlled, 8);
    out_.u64(tie_breaker);
    return *this;
}

Writer& Writer::error_code(std::uint16_t code, std::string_view reason) {
    header(Attribute::ErrorCode, 4 + reason.size());
    out_.u16(0);
    out_.u8(static_cast<std::uint8_t>(code / 100));
    out_.u8(static_cast<std::uint8_t>(code % 100));
    out_.bytes(as_bytes(reason));
    out_.zeros((4U - reason.size() % 4U) % 4U);
    return *this;
}

Writer& Writer::unknown_attributes(std::span<const std::uint16_t> types) {
    header(Attribute::UnknownAttributes, types.size() * 2);
    for (const std::uint16_t type : types) out_.u16(type);
    if (types.size() % 2 != 0) out_.u16(0);
    return *this;
}

void Writer::set_length(std::size_t length) {
    ByteWriter(buffer_.subspan(2, 2)).u16(static_cast<std::uint16_t>(length));
}

std::optional<std::size_t> Writer::finish(ByteView key) {
    constexpr std::size_t kTail = kAttributeHeaderSize + kIntegritySize + kAttributeHeaderSize + kFingerprintSize;
    if (!out_.ok() || out_.remaining() < kTail) return std::nullopt;
    // Both attributes are computed with the length that the message has when it ends with them.
    set_length(out_.position() - kHeaderSize + kAttributeHeaderSize + kIntegritySize);
    value(Attribute::MessageIntegrity, crypto::hmac_sha1(key, {out_.written()}));
    set_length(out_.position() - kHeaderSize + kAttributeHeaderSize + kFingerprintSize);
    const std::uint32_t crc = crypto::crc32(out_.written()) ^ kFingerprintXor;
    header(Attribute::Fingerprint, kFingerprintSize);
    out_.u32(crc);
    return out_.position();
}

}  // namespace klassenraum::stun
