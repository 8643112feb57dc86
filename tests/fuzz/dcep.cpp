// modules: protocol/sctp protocol/core
#include "protocol/sctp/dcep.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto open = klassenraum::sctp::parse_channel_open({data, size});
    if (open && 12 + open->label.size() + open->protocol.size() != size) std::abort();
    return 0;
}
