// What the media part of the bridge needs of an endpoint's transport: encryption in place and where to send.
// transport:: Bundle behind it in the server, plain octets in tests of forwarding. Owned by an Endpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum::bridge {

class Link {
public:
    virtual ~Link() = default;
    // Encrypts the first `length` octets of the slot in place; the new length, or nothing when media may not flow.
    virtual std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length) = 0;
    virtual std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length) = 0;
    // A packet that came was not decrypted, and is not to be when it comes again.
    virtual void pass_rtp(std::uint32_t, std::uint16_t) {}
    // Something will be sent soon: see transport::Bundle.
    virtual void prefetch(int) const {}
    // Null while media may not flow.
    virtual const Address* destination() const = 0;
};

}  // namespace klassenraum::bridge
