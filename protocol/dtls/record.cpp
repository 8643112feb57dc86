#include "protocol/dtls/record.hpp"

#include "protocol/dtls/limits.hpp"

namespace klassenraum::dtls {

std::optional<Record> read_record(ByteReader& in) {
    const ByteView start = in.rest();
    const std::uint8_t type = in.u8();
    const std::uint8_t version_major = in.u8();
    in.skip(1);  // 1.0 in a first flight, 1.2 after it
    const std::uint16_t epoch = in.u16();
    in.skip(6);
    const std::uint16_t length = in.u16();
    const ByteView body = in.bytes(length);
    if (!in.ok() || type < 20 || type > 23 || version_major != 0xfe || length > kMaxRecordBody) return std::nullopt;
    return Record{static_cast<ContentType>(type), epoch, start.first(kRecordHeader + length), body};
}

bool is_acceptable_handshake(ByteView body) {
    constexpr std::uint16_t kMaxMessageSequence = 32;
    ByteReader in(body);
    while (in.remaining() > 0) {
        in.skip(1);
        const std::uint32_t length = in.u24();
        const std::uint16_t sequence = in.u16();
        const std::uint32_t offset = in.u24();
        const std::uint32_t fragment = in.u24();
        in.skip(fragment);
        if (!in.ok() || length > kMaxHandshakeMessage || offset + fragment > length) return false;
        if (sequence > kMaxMessageSequence) return false;
    }
    return true;
}

}  // namespace klassenraum::dtls
