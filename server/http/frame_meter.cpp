#include "server/http/frame_meter.hpp"

#include <algorithm>

#include "server/http/limits.hpp"

namespace klassenraum::http {
namespace {

// How long the header is, as far as its first two octets tell.
std::size_t header_length(const std::uint8_t* header) {
    const std::uint8_t length = header[1] & 0x7f;
    const std::size_t mask = (header[1] & 0x80) != 0 ? 4 : 0;
    return 2 + mask + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

}  // namespace

bool FrameMeter::finish_header(Instant now) {
    ByteReader in(ByteView(header_, have_));
    const std::uint8_t first = in.u8();
    const std::uint8_t length = in.u8() & 0x7f;
    payload_left_ = length == 126 ? in.u16() : length == 127 ? in.u64() : length;
    have_ = 0;
    const bool is_control = (first & 0x08) != 0;
    if (is_control) {
        if (now - second_began_ >= std::chrono::seconds(1)) {
            second_began_ = now;
            controls_ = 0;
        }
        return ++controls_ <= kMaxControlPerSecond;
    }
    const bool is_last = (first & 0x80) != 0;
    if (++fragments_ > kMaxFragments) return false;
    if (is_last) fragments_ = 0;
    return true;
}

bool FrameMeter::receive(ByteView octets, Instant now) {
    while (!octets.empty()) {
        if (payload_left_ > 0) {
            const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, octets.size()));
            payload_left_ -= skipped;
            octets = octets.subspan(skipped);
            continue;
        }
        header_[have_++] = octets.front();
        octets = octets.subspan(1);
        if (have_ >= 2 && have_ == header_length(header_) && !finish_header(now)) return false;
    }
    return true;
}

}  // namespace klassenraum::http
