// The packets of one camera or screen that came in one batch, until they go to everybody: receiver by receiver instead
// of packet by packet, so that what is known of a receiver is fetched once and its packets leave as one run. Owned by
// the Bridge, which flushes it before anything else happens that could change who gets what.
#pragma once

#include <vector>

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/projection/video_packet.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::bridge {

class FanOut {
public:
    FanOut() {
        waiting_.reserve(kMost);
        takers_.reserve(kMaxEndpointsPerConference);
    }

    // The packet's octets must stay until the flush.
    void take(Source& source, const rtp::Packet& packet, const projection::VideoPacket& video, Context& context);
    void flush(Context& context);

private:
    static constexpr std::size_t kMost = 32;  // a frame; of a larger one several parts
    struct Waiting {
        rtp::Packet packet;
        projection::VideoPacket video;
        std::size_t evening;
    };

    Source* source_ = nullptr;
    std::vector<Waiting> waiting_;
    std::vector<const Subscription*> takers_;  // of one flush
};

}  // namespace klassenraum::bridge
