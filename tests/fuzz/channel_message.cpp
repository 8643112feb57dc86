// modules: protocol/colibri protocol/core
// Bridge-channel messages: whatever is accepted and forwarded must be accepted again, with the sender we wrote.
#include <cstdint>
#include <cstdlib>

#include "protocol/colibri/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum::colibri;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto message = parse_message(text, "aaaa1111");
    if (!message) return 0;
    const EndpointMessage* forwarded = std::get_if<EndpointMessage>(&*message);
    // "from" adds some octets, so only what leaves room for them must pass a second time.
    if (forwarded == nullptr || size > 4096) return 0;
    const auto again = parse_message(forwarded->rebuilt, "aaaa1111");
    if (!again || std::get<EndpointMessage>(*again).rebuilt != forwarded->rebuilt) std::abort();
    return 0;
}
