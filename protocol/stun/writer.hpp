// Writes one STUN message (RFC 8489 §5) into a buffer of the caller; finish() adds MESSAGE-INTEGRITY and FINGERPRINT
// and puts the length right. Used by ICE for checks and for answers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/stun/attribute.hpp"
#include "protocol/stun/message.hpp"

namespace klassenraum::stun {

class Writer {
public:
    Writer(MutableBytes buffer, Class message_class, Method method, const TransactionId& transaction);

    Writer& username(std::string_view value);
    Writer& xor_mapped_address(const Address& address);
    Writer& priority(std::uint32_t value);
    Writer& use_candidate();
    Writer& ice_controlling(std::uint64_t tie_breaker);
    Writer& ice_controlled(std::uint64_t tie_breaker);
    Writer& error_code(std::uint16_t code, std::string_view reason);
    Writer& unknown_attributes(std::span<const std::uint16_t> types);

    // The size of the finished message, or nothing when it did not fit.
    std::optional<std::size_t> finish(ByteView key);

private:
    void header(Attribute type, std::size_t length);
    void value(Attribute type, ByteView octets);
    void set_length(std::size_t length);

    MutableBytes buffer_;
    ByteWriter out_;
    TransactionId transaction_;
};

}  // namespace klassenraum::stun
