// One STUN message (RFC 8489 §5) as ICE reads it (RFC 8445 §16.1): parsed in one bounded pass into values and views of
// the datagram. Nothing is verified by parsing but the FINGERPRINT; MESSAGE-INTEGRITY has a call of its own because the
// key depends on what the message says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum::stun {

inline constexpr std::uint32_t kMagicCookie = 0x2112a442;
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kMaxMessage = 1280;       // IPv6's minimum MTU: no ICE check comes near it
inline constexpr std::size_t kMaxUnknownReported = 8;  // unknown attributes named in a 420 answer

enum class Class : std::uint8_t { Request = 0, Indication = 1, Success = 2, Error = 3 };
enum class Method : std::uint16_t { Binding = 1 };
using TransactionId = std::array<std::uint8_t, 12>;

struct Message {
    Class message_class = Class::Request;
    std::uint16_t method = 0;
    TransactionId transaction{};

    std::optional<std::string_view> username;
    std::optional<Address> xor_mapped_address;
    std::optional<std::uint32_t> priority;
    std::optional<std::uint64_t> ice_controlling;  // the sender's tie-breaker
    std::optional<std::uint64_t> ice_controlled;
    std::optional<std::uint16_t> error_code;
    bool use_candidate = false;
    bool fingerprint = false;  // present and right; a wrong one makes parse() fail

    // Comprehension-required attributes that we do not understand (RFC 8489 §6.3.1).
    std::array<std::uint16_t, kMaxUnknownReported> unknown{};
    std::size_t unknown_count = 0;

    ByteView datagram;
    std::size_t integrity_offset = 0;  // of the MESSAGE-INTEGRITY attribute, 0 when there is none

    bool is(Class wanted, Method wanted_method) const {
        return message_class == wanted && method == static_cast<std::uint16_t>(wanted_method);
    }
};

std::optional<Message> parse(ByteView datagram);

// RFC 8489 §14.5 with a short-term credential: the key is the password itself. Constant time in the value.
bool verify_integrity(const Message& message, ByteView key);

}  // namespace klassenraum::stun
