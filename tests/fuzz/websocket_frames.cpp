// modules: server/http protocol/core
#include <cstdlib>

#include "server/http/frame_meter.hpp"

// The verdict does not depend on how the octets are divided.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using klassenraum::ByteView;
    using klassenraum::Instant;
    klassenraum::http::FrameMeter whole;
    klassenraum::http::FrameMeter single;
    const bool verdict = whole.receive(ByteView(data, size), Instant{});
    bool same = true;
    for (std::size_t i = 0; i < size && same; ++i) same = single.receive(ByteView(data + i, 1), Instant{});
    if (verdict != same) std::abort();
    return 0;
}
