// The packets of one camera or screen that came together, until they go to everybody: receiver by receiver instead of
// packet by packet, so that what is known of a receiver is fetched once, and its packets leave as one run, evened out
// by padding (performance.md section 3: encoders cut a frame into packets that differ by an octet). A frame that is not
// whole when its batch ends waits a little for the rest. Owned by the Bridge, which flushes it before anything else
// happens that could change who gets what.
#pragma once

#include <optional>
#include <vector>

#include "protocol/bridge/context.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/projection/video_packet.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::bridge {

class FanOut {
public:
    // More than this is another packet, not a remainder: it is not filled up.
    static constexpr std::size_t kMostEvening = 16;

    FanOut() {
        waiting_.reserve(kMost);
        takers_.reserve(kMaxEndpointsPerConference);
    }

    // The packet is in the source's cache; its own octets must stay until finish_batch() or flush().
    void take(Source& source, const rtp::Packet& packet, const projection::VideoPacket& video, Context& context);
    // The octets of what was taken are about to go.
    void finish_batch(Context& context);
    void flush(Context& context);
    // When what waits must be flushed at the latest.
    std::optional<Instant> deadline() const { return held_until_; }

private:
    static constexpr std::size_t kMost = 32;  // a frame; of a larger one several parts
    struct Waiting {
        rtp::Packet packet;
        projection::VideoPacket video;
        std::size_t evening = 0;
    };
    bool hold(Instant now);
    void even_out();
    void choose_takers(Context& context);

    Source* source_ = nullptr;
    std::vector<Waiting> waiting_;
    std::vector<const Subscription*> takers_;  // of one flush
    std::optional<Instant> held_until_;
};

}  // namespace klassenraum::bridge
