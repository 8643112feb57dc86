// modules: protocol/rtp protocol/core
// Any payload as H.264.
#include "protocol/rtp/h264.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)rtp::h264_key_frame({data, size});
    return 0;
}
