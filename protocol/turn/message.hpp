// One STUN message of TURN (RFC 8489 §5, RFC 8656 §18): parsed in one bounded pass into values and views of the frame,
// and written with the long-term credential's integrity. ICE's checks have a smaller reader of their own in stun.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/stun/message.hpp"
#include "protocol/turn/attribute.hpp"
#include "protocol/turn/limits.hpp"

namespace klassenraum::turn {

struct Message {
    stun::Class message_class = stun::Class::Request;
    std::uint16_t method = 0;
    stun::TransactionId transaction{};

    std::optional<std::string_view> username;
    std::optional<std::string_view> realm;
    std::optional<std::string_view> nonce;
    std::optional<std::uint32_t> lifetime;  // seconds
    std::optional<std::uint16_t> channel;
    std::optional<std::uint8_t> transport;
    std::optional<std::uint8_t> family;
    std::optional<ByteView> data;
    std::optional<Address> mapped;   // of answers: for clients
    std::optional<Address> relayed;  // likewise
    std::optional<std::uint16_t> error;
    std::array<Address, kMaxPeersPerRequest> peers{};
    std::size_t peer_count = 0;

    // Comprehension-required attributes that we do not understand (RFC 8489 §6.3.1).
    std::array<std::uint16_t, kMaxUnknownReported> unknown{};
    std::size_t unknown_count = 0;

    ByteView frame;
    std::size_t integrity_offset = 0;  // of the MESSAGE-INTEGRITY attribute, 0 when there is none

    bool is(stun::Class wanted, Method wanted_method) const {
        return message_class == wanted && method == static_cast<std::uint16_t>(wanted_method);
    }
    std::span<const Address> peer_addresses() const { return std::span(peers).first(peer_count); }
};

std::optional<Message> parse(ByteView frame);
bool verify_integrity(const Message& message, ByteView key);

// Writes into memory of its own: a frame goes into a connection's queue as it is.
class Writer {
public:
    Writer(stun::Class message_class, Method method, const stun::TransactionId& transaction);

    Writer& text(Attribute type, std::string_view value) { return octets(type, as_bytes(value)); }
    Writer& octets(Attribute type, ByteView value);
    Writer& number(Attribute type, std::uint32_t value);  // LIFETIME, and what is padded to four octets behind itself
    Writer& xor_address(Attribute type, const Address& address);
    Writer& error(Error code);
    Writer& unknown_attributes(std::span<const std::uint16_t> types);

    std::vector<std::uint8_t> finish();              // an indication, or an answer to an unknown client
    std::vector<std::uint8_t> finish(ByteView key);  // with MESSAGE-INTEGRITY

private:
    void u16(std::size_t value);
    void set_length(std::size_t length);

    stun::TransactionId transaction_;
    std::vector<std::uint8_t> out_;
};

}  // namespace klassenraum::turn
