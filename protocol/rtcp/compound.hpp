// The members of an RTCP datagram (RFC 3550 §6.1, reduced size allowed, RFC 5506): bounded in number, and the first
// malformed one ends the parsing (threats.md R5).
#pragma once

#include <optional>

#include "protocol/core/bytes.hpp"

namespace klassenraum::rtcp {

enum class Type : std::uint8_t {
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    App = 204,
    TransportFeedback = 205,  // RFC 4585 RTPFB
    PayloadFeedback = 206,    // RFC 4585 PSFB
    ExtendedReport = 207,
};
enum class TransportFormat : std::uint8_t { Nack = 1, CongestionControl = 11, TransportCc = 15 };
enum class PayloadFormat : std::uint8_t { Pli = 1, Fir = 4, Application = 15 };

struct Member {
    std::uint8_t count = 0;  // report blocks, sources or feedback message type
    Type type{};
    ByteView body;  // behind the four octets of the header, padding removed

    bool is(Type wanted) const { return type == wanted; }
    bool is(TransportFormat format) const {
        return type == Type::TransportFeedback && count == static_cast<std::uint8_t>(format);
    }
    bool is(PayloadFormat format) const {
        return type == Type::PayloadFeedback && count == static_cast<std::uint8_t>(format);
    }
};

class Compound {
public:
    explicit Compound(ByteView datagram) : rest_(datagram) {}
    std::optional<Member> next();
    // A member could not be read, or there were more than kMaxMembers.
    bool malformed() const { return malformed_; }

private:
    ByteView rest_;
    std::size_t members_ = 0;
    bool malformed_ = false;
};

// Writes a member's header and returns its position, for finish_member() once the body (a multiple of four) is written.
std::size_t begin_member(ByteWriter& out, Type type, std::uint8_t count);
void finish_member(ByteWriter& out, std::size_t begin);

}  // namespace klassenraum::rtcp
