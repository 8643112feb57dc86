// By how much each datagram of a batch is shorter than the longest of its frame. Encoders cut a frame into packets that
// differ by an octet (performance.md section 3); evened out they leave as one run. Private to this folder.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "protocol/rtp/limits.hpp"
#include "protocol/transport/demux.hpp"
#include "server/net/udp_socket.hpp"

namespace klassenraum::worker {

class FrameEvening {
public:
    // More than this is another packet, not a remainder.
    static constexpr std::size_t kMax = 16;

    explicit FrameEvening(std::span<const net::Received> batch) : batch_(batch) {}

    // Of each datagram in its turn.
    std::size_t next() {
        if (at_ == end_) find_frame();
        const std::size_t lacking = longest_ - batch_[at_++].bytes.size();
        return lacking <= kMax ? lacking : 0;
    }

private:
    // The packets of a frame have one sender, SSRC and timestamp, and come one behind the other.
    void find_frame() {
        const net::Received& first = batch_[end_++];
        longest_ = first.bytes.size();
        if (!is_rtp(first.bytes)) return;
        for (; end_ < batch_.size(); ++end_) {
            const net::Received& other = batch_[end_];
            if (!is_rtp(other.bytes) || other.from != first.from) return;
            if (std::memcmp(first.bytes.data() + 4, other.bytes.data() + 4, 8) != 0) return;
            longest_ = std::max(longest_, other.bytes.size());
        }
    }
    static bool is_rtp(ByteView datagram) {
        return datagram.size() >= rtp::kFixedHeaderSize && transport::classify(datagram) == transport::Kind::Rtp;
    }

    std::span<const net::Received> batch_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::size_t longest_ = 0;
};

}  // namespace klassenraum::worker
