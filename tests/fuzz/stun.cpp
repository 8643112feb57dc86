// modules: protocol/stun protocol/crypto protocol/core
#include "protocol/core/assert.hpp"
#include "protocol/stun/message.hpp"

// Any octets: parsing ends, reads nothing outside, and what it names lies inside the datagram.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    const ByteView datagram(data, size);
    const auto message = stun::parse(datagram);
    if (!message) return 0;
    ASSERT(message->unknown_count <= stun::kMaxUnknownReported);
    if (message->username && !message->username->empty()) {
        const auto* begin = reinterpret_cast<const std::uint8_t*>(message->username->data());
        ASSERT(begin >= data && begin + message->username->size() <= data + size);
    }
    (void)stun::verify_integrity(*message, as_bytes("VOkJxbRl1RmTxUk/WvJxBt"));
    return 0;
}
