#include "protocol/turn/message.hpp"

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/stun/attribute.hpp"

namespace klassenraum::turn {
namespace {

// RFC 8489 §14.2: what addresses are XORed with, the cookie and then the transaction id.
std::array<std::uint8_t, 16> pad_of(const stun::TransactionId& transaction) {
    std::array<std::uint8_t, 16> pad{};
    ByteWriter out(pad);
    out.u32(stun::kMagicCookie);
    out.bytes(transaction);
    return pad;
}

std::optional<Address> read_address(ByteView value, const stun::TransactionId& transaction) {
    ByteReader in(value);
    in.skip(1);
    const auto family = static_cast<Family>(in.u8());
    const auto port = static_cast<std::uint16_t>(in.u16() ^ (stun::kMagicCookie >> 16));
    const auto pad = pad_of(transaction);
    const bool v4 = family == Family::V4 && value.size() == 8;
    const bool v6 = family == Family::V6 && value.size() == 20;
    if (!v4 && !v6) return std::nullopt;
    Address address = Address::v4({}, port);
    const std::size_t first = v4 ? 12 : 0;
    for (std::size_t i = first; i < 16; ++i) address.ip[i] = static_cast<std::uint8_t>(in.u8() ^ pad[i - first]);
    return address;
}

bool note_unknown(Message& message, std::uint16_t type) {
    if (stun::comprehension_required(type) && message.unknown_count < kMaxUnknownReported) {
        message.unknown[message.unknown_count++] = type;
    }
    return true;
}

bool read_peer(Message& message, ByteView value) {
    const auto address = read_address(value, message.transaction);
    if (!address || message.peer_count == kMaxPeersPerRequest) return false;
    message.peers[message.peer_count++] = *address;
    return true;
}

// One attribute before MESSAGE-INTEGRITY. False: a value that its definition does not allow.
bool read_attribute(Message& message, std::uint16_t type, ByteView value) {
    ByteReader in(value);
    switch (static_cast<Attribute>(type)) {
        case Attribute::Username:
            message.username = as_text(value);
            return true;
        case Attribute::Realm:
            message.realm = as_text(value);
            return true;
        case Attribute::Nonce:
            message.nonce = as_text(value);
            return true;
        case Attribute::Lifetime:
            message.lifetime = in.u32();
            return value.size() == 4;
        case Attribute::ChannelNumber:
            message.channel = in.u16();
            return value.size() == 4;
        case Attribute::RequestedTransport:
            message.transport = in.u8();
            return value.size() == 4;
        case Attribute::RequestedAddressFamily:
            message.family = in.u8();
            return value.size() == 4;
        case Attribute::XorPeerAddress:
            return read_peer(message, value);
        case Attribute::XorMappedAddress:
            message.mapped = read_address(value, message.transaction);
            return message.mapped.has_value();
        case Attribute::XorRelayedAddress:
            message.relayed = read_address(value, message.transaction);
            return message.relayed.has_value();
        case Attribute::Data:
            message.data = value;
            return true;
        case Attribute::ErrorCode: {
            in.skip(2);
            const auto hundreds = static_cast<std::uint16_t>(in.u8() & 7);
            message.error = static_cast<std::uint16_t>(hundreds * 100 + in.u8());
            return in.ok();
        }
        case Attribute::UnknownAttributes:
            return true;
        default:
            return note_unknown(message, type);
    }
}

// RFC 8489 §14.7: the CRC covers everything before the attribute, which must be the last. Streams do without it.
bool fingerprint_holds(ByteView frame, std::size_t offset, ByteView value) {
    if (value.size() != stun::kFingerprintSize || offset + 8 != frame.size()) return false;
    return ByteReader(value).u32() == (crypto::crc32(frame.first(offset)) ^ stun::kFingerprintXor);
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
            return fingerprint_holds(message.frame, offset, value);
        }
        // RFC 8489 §14.5: whatever follows MESSAGE-INTEGRITY is not protected by it and does not count.
        if (message.integrity_offset != 0) continue;
        if (type == static_cast<std::uint16_t>(Attribute::MessageIntegrity)) {
            if (length != stun::kIntegritySize) return false;
            message.integrity_offset = offset;
            continue;
        }
        if (!read_attribute(message, type, value)) return false;
    }
    return true;
}

std::string_view reason_of(Error code) {
    switch (code) {
        case Error::BadRequest:
            return "Bad Request";
        case Error::Unauthenticated:
            return "Unauthenticated";
        case Error::Forbidden:
            return "Forbidden";
        case Error::UnknownAttribute:
            return "Unknown Attribute";
        case Error::AllocationMismatch:
            return "Allocation Mismatch";
        case Error::StaleNonce:
            return "Stale Nonce";
        case Error::FamilyNotSupported:
            return "Address Family not Supported";
        case Error::WrongCredentials:
            return "Wrong Credentials";
        case Error::TransportNotSupported:
            return "Unsupported Transport Protocol";
        case Error::PeerFamilyMismatch:
            return "Peer Address Family Mismatch";
        case Error::QuotaReached:
            return "Allocation Quota Reached";
        case Error::InsufficientCapacity:
            return "Insufficient Capacity";
    }
    return "";
}

}  // namespace

std::optional<Message> parse(ByteView frame) {
    if (frame.size() < stun::kHeaderSize || frame.size() > kMaxFrame) return std::nullopt;
    ByteReader in(frame);
    const std::uint16_t type = in.u16();
    const std::uint16_t length = in.u16();
    const std::uint32_t cookie = in.u32();
    Message message;
    message.frame = frame;
    for (std::uint8_t& octet : message.transaction) octet = in.u8();
    if (type >> 14 != 0 || cookie != stun::kMagicCookie || length % 4 != 0 || length != in.remaining()) {
        return std::nullopt;
    }
    // The class lies in bits 4 and 8 of the type, the method around them.
    message.message_class = static_cast<stun::Class>((type >> 4 & 1) | (type >> 7 & 2));
    message.method = static_cast<std::uint16_t>((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
    if (!read_attributes(message, in)) return std::nullopt;
    return message;
}

bool verify_integrity(const Message& message, ByteView key) {
    stun::Message covered;
    covered.datagram = message.frame;
    covered.integrity_offset = message.integrity_offset;
    return stun::verify_integrity(covered, key);
}

Writer::Writer(stun::Class message_class, Method method, const stun::TransactionId& transaction)
    : transaction_(transaction) {
    const auto class_bits = static_cast<unsigned>(message_class);
    const auto method_bits = static_cast<unsigned>(method);
    out_.reserve(256);
    u16((method_bits & 0xf) | (class_bits & 1) << 4 | (method_bits & 0x70) << 1 | (class_bits & 2) << 7 |
        (method_bits & 0xf80) << 2);
    u16(0);
    u16(stun::kMagicCookie >> 16);
    u16(stun::kMagicCookie & 0xffff);
    out_.insert(out_.end(), transaction_.begin(), transaction_.end());
}

void Writer::u16(std::size_t value) {
    out_.push_back(static_cast<std::uint8_t>(value >> 8));
    out_.push_back(static_cast<std::uint8_t>(value));
}

Writer& Writer::octets(Attribute type, ByteView value) {
    u16(static_cast<std::uint16_t>(type));
    u16(value.size());
    out_.insert(out_.end(), value.begin(), value.end());
    out_.resize((out_.size() + 3) / 4 * 4);
    return *this;
}

Writer& Writer::number(Attribute type, std::uint32_t value) {
    std::array<std::uint8_t, 4> wide{};
    ByteWriter(wide).u32(value);
    return octets(type, wide);
}

Writer& Writer::xor_address(Attribute type, const Address& address) {
    const bool v4 = address.is_v4();
    const std::size_t first = v4 ? 12 : 0;
    const auto pad = pad_of(transaction_);
    std::array<std::uint8_t, 20> value{};
    ByteWriter out(value);
    out.u8(0);
    out.u8(static_cast<std::uint8_t>(v4 ? Family::V4 : Family::V6));
    out.u16(static_cast<std::uint16_t>(address.port ^ (stun::kMagicCookie >> 16)));
    for (std::size_t i = first; i < 16; ++i) out.u8(static_cast<std::uint8_t>(address.ip[i] ^ pad[i - first]));
    return octets(type, out.written());
}

Writer& Writer::error(Error code) {
    const std::string_view reason = reason_of(code);
    const auto number = static_cast<std::uint16_t>(code);
    std::vector<std::uint8_t> value{0, 0, static_cast<std::uint8_t>(number / 100),
                                    static_cast<std::uint8_t>(number % 100)};
    value.insert(value.end(), reason.begin(), reason.end());
    return octets(Attribute::ErrorCode, value);
}

Writer& Writer::unknown_attributes(std::span<const std::uint16_t> types) {
    std::array<std::uint8_t, 2 * kMaxUnknownReported> value{};
    ByteWriter out(value);
    for (const std::uint16_t type : types) out.u16(type);
    return octets(Attribute::UnknownAttributes, out.written());
}

void Writer::set_length(std::size_t length) {
    ByteWriter(MutableBytes(out_).subspan(2, 2)).u16(static_cast<std::uint16_t>(length));
}

std::vector<std::uint8_t> Writer::finish() {
    set_length(out_.size() - stun::kHeaderSize);
    return std::move(out_);
}

std::vector<std::uint8_t> Writer::finish(ByteView key) {
    set_length(out_.size() - stun::kHeaderSize + stun::kAttributeHeaderSize + stun::kIntegritySize);
    octets(Attribute::MessageIntegrity, crypto::hmac_sha1(key, {out_}));
    return std::move(out_);
}

}  // namespace klassenraum::turn
