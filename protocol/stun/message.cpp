#include "protocol/stun/message.hpp"

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/stun/attribute.hpp"

namespace klassenraum::stun {

namespace {

// RFC 8489 §14.2: the port and the address are XORed with the cookie, an IPv6 address with the transaction id as well.
std::optional<Address> parse_xor_mapped_address(ByteView value, const TransactionId& transaction) {
    ByteReader in(value);
    in.skip(1);
    const std::uint8_t family = in.u8();
    const auto port = static_cast<std::uint16_t>(in.u16() ^ (kMagicCookie >> 16));
    if (family == 1 && value.size() == 8) {
        const std::uint32_t host = in.u32() ^ kMagicCookie;
        return Address::v4({static_cast<std::uint8_t>(host >> 24), static_cast<std::uint8_t>(host >> 16),
                            static_cast<std::uint8_t>(host >> 8), static_cast<std::uint8_t>(host)},
                           port);
    }
    if (family != 2 || value.size() != 20) return std::nullopt;
    Address address{.port = port};
    ByteWriter pad(address.ip);
    pad.u32(kMagicCookie);
    pad.bytes(transaction);
    for (std::uint8_t& octet : address.ip) octet ^= in.u8();
    return address;
}

// One attribute before MESSAGE-INTEGRITY. False: a value that its definition does not allow.
bool read_attribute(Message& message, std::uint16_t type, ByteView value) {
    ByteReader in(value);
    switch (static_cast<Attribute>(type)) {
        case Attribute::Username:
            message.username = as_text(value);
            return value.size() <= 513;
        case Attribute::Priority:
            message.priority = in.u32();
            return value.size() == 4;
        case Attribute::UseCandidate:
            message.use_candidate = true;
            return value.empty();
        case Attribute::IceControlled:
            message.ice_controlled = in.u64();
            return value.size() == 8;
        case Attribute::IceControlling:
            message.ice_controlling = in.u64();
            return value.size() == 8;
        case Attribute::XorMappedAddress:
            message.xor_mapped_address = parse_xor_mapped_address(value, message.transaction);
            return message.xor_mapped_address.has_value();
        case Attribute::ErrorCode: {
            in.skip(2);
            const auto hundreds = static_cast<std::uint16_t>(in.u8() & 7);
            message.error_code = static_cast<std::uint16_t>(hundreds * 100 + in.u8());
            return in.ok();
        }
        case Attribute::UnknownAttributes:
            return true;
        default:
            break;
    }
    if (comprehension_required(type) && message.unknown_count < kMaxUnknownReported) {
        message.unknown[message.unknown_count++] = type;
    }
    return true;
}

// RFC 8489 §14.7: the CRC covers everything before the attribute, which must be the last.
bool fingerprint_holds(ByteView datagram, std::size_t offset, ByteView value) {
    if (value.size() != kFingerprintSize || offset + kAttributeHeaderSize + kFingerprintSize != datagram.size()) {
        return false;
    }
    return ByteReader(value).u32() == (crypto::crc32(datagram.first(offset)) ^ kFingerprintXor);
}

bool read_attributes(Message& message, ByteReader& in) {
    while (in.remaining() > 0) {
        const std::size_t offset = in.position();
        const std::uint16_t type = in.u16();
        const std::uint16_t length = in.u16();
        const ByteView value = in.bytes(length);
        in.skip((4U - length % 4U) % 4U);
        if (!in.ok()) return false;
        if (type == static_cast<std::uint16_t>(Attribute::Fingerprint)) {
            message.fingerprint = fingerprint_holds(message.datagram, offset, value);
            return message.fingerprint;
        }
        // RFC 8489 §14.5: whatever follows MESSAGE-INTEGRITY is not protected by it and does not count.
        if (message.integrity_offset != 0) continue;
        if (type == static_cast<std::uint16_t>(Attribute::MessageIntegrity)) {
            if (length != kIntegritySize) return false;
            message.integrity_offset = offset;
            continue;
        }
        if (!read_attribute(message, type, value)) return false;
    }
    return true;
}

}  // namespace

std::optional<Message> parse(ByteView datagram) {
    if (datagram.size() < kHeaderSize || datagram.size() > kMaxMessage) return std::nullopt;
    ByteReader in(datagram);
    const std::uint16_t type = in.u16();
    const std::uint16_t length = in.u16();
    const std::uint32_t cookie = in.u32();
    Message message;
    message.datagram = datagram;
    for (std::uint8_t& octet : message.transaction) octet = in.u8();
    // RFC 8489 §5: two zero bits, the magic cookie, and a length that is a multiple of four.
    if (type >> 14 != 0 || cookie != kMagicCookie || length % 4 != 0 || length != in.remaining()) return std::nullopt;

    // The class lies in bits 4 and 8 of the type, the method around them.
    message.message_class = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
    message.method = static_cast<std::uint16_t>((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
    if (!read_attributes(message, in)) return std::nullopt;
    return message;
}

bool verify_integrity(const Message& message, ByteView key) {
    if (message.integrity_offset == 0) return false;
    // RFC 8489 §14.5: computed as if the message ended with this attribute.
    const std::size_t end = message.integrity_offset + kAttributeHeaderSize + kIntegritySize;
    std::array<std::uint8_t, 4> head{message.datagram[0], message.datagram[1]};
    const std::size_t length = end - kHeaderSize;
    head[2] = static_cast<std::uint8_t>(length >> 8);
    head[3] = static_cast<std::uint8_t>(length);
    const ByteView covered = message.datagram.subspan(4, message.integrity_offset - 4);
    const auto expected = crypto::hmac_sha1(key, {head, covered});
    const std::size_t at = message.integrity_offset + kAttributeHeaderSize;
    return crypto::equal_in_constant_time(expected, message.datagram.subspan(at, kIntegritySize));
}

}  // namespace klassenraum::stun
