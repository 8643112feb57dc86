// The record layer of DTLS as far as it is readable without keys (RFC 6347 §4.1): splitting datagrams into records, for
// checks before OpenSSL sees them and for packing what it wrote.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/core/bytes.hpp"

namespace klassenraum::dtls {

inline constexpr std::size_t kRecordHeader = 13;
inline constexpr std::size_t kMaxRecordBody = (1U << 14) + 2048;

enum class ContentType : std::uint8_t { ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23 };

struct Record {
    ContentType type;
    std::uint16_t epoch;
    ByteView whole;  // header and body
    ByteView body;
};

// The next record, or nothing at a malformed one; ask in.remaining() first.
std::optional<Record> read_record(ByteReader& in);

// RFC 6347 §4.2.2: every handshake message or fragment in a clear record is small and among the first few.
bool is_acceptable_handshake(ByteView body);

}  // namespace klassenraum::dtls
